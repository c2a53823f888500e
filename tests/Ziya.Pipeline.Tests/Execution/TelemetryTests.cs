using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Plans;
using Ziya.Pipeline.Runs;
using Ziya.Pipeline.Tests.Fixtures;

namespace Ziya.Pipeline.Tests.Execution;

public sealed class TelemetryTests
{
    [Fact]
    public void CarryOut_SomebodyListens_ASpanForRunPhasesAndTasks()
    {
        using var folder = new TempFolder();
        folder.Write("in/a.jsonl", TestTexts.Lines(9000, 1));
        var job = TestRun.Job(folder, "unique", extra: "limits: { split_mb: 1 }") with { Name = "telemetry" };
        var (spans, records, seconds) = (new ConcurrentQueue<Activity>(), 0L, 0);
        using var traces = new ActivityListener
        {
            ShouldListenTo = source => source.Name == Telemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(traces);
        using var meters = new MeterListener { InstrumentPublished = (instrument, listener) => { if (instrument.Meter.Name == Telemetry.Name) { listener.EnableMeasurementEvents(instrument); } } };
        meters.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Interlocked.Add(ref records, instrument.Name == "ziya.records" && IsOurs(tags) ? value : 0));
        meters.SetMeasurementEventCallback<double>((_, _, tags, _) => Interlocked.Add(ref seconds, IsOurs(tags) ? 1 : 0));
        meters.Start();
        var engine = new LocalEngine(2, TimeProvider.System);
        using var run = engine.Open(job, TestRun.Catalog, folder["run"], false);
        var report = engine.CarryOut(run, default);

        var whole = Assert.Single(spans, span => span.OperationName == "run" && Equals(span.GetTagItem("ziya.run"), Run.IdOf(run.Plan)));
        var phases = spans.Where(span => span.OperationName == "phase" && span.ParentId == whole.Id).ToList();
        Assert.Equal(run.Plan.Phases.Select(phase => phase.Name), phases.Select(span => (string)span.GetTagItem("ziya.phase")!));
        var tasks = spans.Where(span => span.OperationName == "task" && phases.Any(phase => phase.Id == span.ParentId)).ToList();
        Assert.Equal(run.Plan.Phases.Sum(phase => phase.Tasks.Count), tasks.Count);
        Assert.Equal(tasks.Count, seconds);
        Assert.Equal(report.Phases.Where(phase => run.Plan.Phases.Single(one => one.Name == phase.Name).Kind == PhaseKind.Pass).Sum(phase => phase.Records), records);
    }

    private static bool IsOurs(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (var tag in tags)
        {
            if (tag.Key == "job" && Equals(tag.Value, "telemetry"))
            {
                return true;
            }
        }

        return false;
    }
}
