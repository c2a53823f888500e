using System.Diagnostics;
using System.Diagnostics.Metrics;
using Ziya.Pipeline.Plans;
using Ziya.Pipeline.Runs;

namespace Ziya.Pipeline.Execution;

/// <summary>What this process does, for whoever collects it: a span for each run, phase and task, and figures of tasks. Costs next to nothing where nobody listens.</summary>
public static class Telemetry
{
    /// <summary>Name of the source of spans and of the meter.</summary>
    public const string Name = "Ziya.Pipeline";

    private static readonly ActivitySource Source = new(Name);
    private static readonly Meter Meter = new(Name);
    private static readonly Counter<long> Tasks = Meter.CreateCounter<long>("ziya.tasks", null, "Tasks that this process ended, by what became of them.");
    private static readonly Histogram<double> Seconds = Meter.CreateHistogram<double>("ziya.task.duration", "s", "How long tasks took.", null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600] });
    private static readonly Counter<long> Records = Meter.CreateCounter<long>("ziya.records", null, "Records that tasks of this process went through.");
    private static readonly Counter<long> Bytes = Meter.CreateCounter<long>("ziya.read", "By", "Unpacked bytes that tasks of this process read.");

    internal static Activity? Begin(Run run) => Source.StartActivity("run")?.AddTag("ziya.run", Run.IdOf(run.Plan)).AddTag("ziya.job", run.Job.Name);

    internal static Activity? Begin(Phase phase, int left) => Source.StartActivity("phase")?.AddTag("ziya.phase", phase.Name).AddTag("ziya.tasks", left);

    internal static Activity? Begin(Run run, Phase phase, PlanTask task) =>
        Source.StartActivity("task")?.AddTag("ziya.run", Run.IdOf(run.Plan)).AddTag("ziya.job", run.Job.Name).AddTag("ziya.phase", phase.Name).AddTag("ziya.task", task.Number);

    /// <summary>A task is done.</summary>
    internal static void Done(string job, Phase phase, Marker marker)
    {
        var tags = new TagList { { "job", job }, { "phase", phase.Name } };
        Seconds.Record(marker.Seconds, tags);
        Records.Add(phase.Kind == PhaseKind.Pass ? marker.Records.Seen : 0, tags);
        Bytes.Add(marker.Bytes, tags);
        Ended(job, phase, "done");
    }

    /// <summary>A task could not be done, or was stopped.</summary>
    internal static void Failed(Activity? span, string job, Phase phase, Exception exception)
    {
        var stopped = exception is OperationCanceledException;
        span?.SetStatus(stopped ? ActivityStatusCode.Unset : ActivityStatusCode.Error, stopped ? null : exception.Message);
        Ended(job, phase, stopped ? "stopped" : "failed");
    }

    private static void Ended(string job, Phase phase, string how) => Tasks.Add(1, new TagList { { "job", job }, { "phase", phase.Name }, { "became", how } });
}
