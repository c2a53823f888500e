using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Ziya.Server;

/// <summary>Figures in the text format that Prometheus reads. All are read from the run folders when asked for, so any process with the pages tells the same.</summary>
internal static class Metrics
{
    /// <summary>Version 0.0.4 of the format.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private static readonly string[] States = ["queued", "running", "paused", "stopped", "failed", "done", "damaged"];

    /// <summary>The figures of runs.</summary>
    public static string Write(IReadOnlyList<RunState> runs)
    {
        var text = new StringBuilder();
        Head(text, "ziya_runs", "Runs by state.");
        foreach (var state in States)
        {
            Line(text, $"ziya_runs{{state=\"{state}\"}}", runs.Count(run => run.State == state));
        }

        Head(text, "ziya_run_tasks", "Tasks of runs that have not ended, by phase.");
        foreach (var run in runs.Where(run => run.State is "queued" or "running" or "paused"))
        {
            foreach (var phase in run.Phases)
            {
                var labels = $"run=\"{Label(run.Name)}\",job=\"{Label(run.Job)}\",phase=\"{Label(phase.Name)}\"";
                Line(text, $"ziya_run_tasks{{{labels},state=\"done\"}}", phase.Done);
                Line(text, $"ziya_run_tasks{{{labels},state=\"left\"}}", phase.Tasks - phase.Done);
            }
        }

        Head(text, "ziya_run_records", "Records of the last runs, by what became of them.");
        foreach (var run in runs.Take(50))
        {
            if (run.Records is { } records)
            {
                foreach (var (name, count) in new[] { ("read", records.Read), ("created", records.Created), ("written", records.Written), ("dropped", records.Dropped), ("quarantined", records.Quarantined) })
                {
                    Line(text, $"ziya_run_records{{run=\"{Label(run.Name)}\",job=\"{Label(run.Job)}\",became=\"{name}\"}}", count);
                }
            }
        }

        Head(text, "process_resident_memory_bytes", "Memory of this process.");
        Line(text, "process_resident_memory_bytes", Environment.WorkingSet);
        using var process = Process.GetCurrentProcess();
        Head(text, "process_threads", "Threads of this process.");
        Line(text, "process_threads", process.Threads.Count);
        return text.ToString();
    }

    private static void Head(StringBuilder text, string name, string help) => text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} gauge\n");

    private static void Line(StringBuilder text, string name, long value) => text.Append(CultureInfo.InvariantCulture, $"{name} {value}\n");

    private static string Label(string value) => value.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
