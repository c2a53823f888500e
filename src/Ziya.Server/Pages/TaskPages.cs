using System.Globalization;
using Microsoft.AspNetCore.Http;
using Ziya.Pipeline.Plans;
using Ziya.Pipeline.Runs;

namespace Ziya.Server;

/// <summary>The tasks of runs: which failed and why, a cell each, and a page of them.</summary>
internal static class TaskPages
{
    private const int MostCells = 500;
    private const int MostFailed = 100;
    private const int RowsOfPage = 200;

    /// <summary>The tasks that failed, with a retry each for operators.</summary>
    public static Markup Failed(HttpContext context, RunState run, RunLook look)
    {
        var failed = look.Phases.SelectMany(phase => phase.Failed.OrderBy(task => task.Key).Select(task => (Phase: phase.Phase.Name, Task: task.Key, Failure: task.Value))).ToList();
        return failed.Count == 0 || run.State == "done" ? Markup.None : $"""
            <h2>Failed tasks</h2><p class="sub">{(run.IsActive ? "What waits for its next try is tried again by itself." : "Everything else that is done stays. A retry goes on with the run, this task first.")}</p>
            <table><thead><tr><th>task</th><th>kind</th><th>reason</th><th class="n">tries</th><th>last</th><th></th></tr></thead><tbody>
            {Markup.Each(failed.Take(MostFailed), one => $"""<tr><th class="name"><a href="/runs/{run.Name}/log?phase={Uri.EscapeDataString(one.Phase)}&task={Layout.Plain(one.Task)}&level=debug">{one.Phase}, {Layout.Plain(one.Task)}</a></th><td>{Kind(one.Failure)}</td><td class="wide">{one.Failure.Reason}<div class="soft">{Advice(one.Failure.Kind)}</div></td><td class="n">{one.Failure.Tries}</td><td class="soft">{one.Failure.At}<br>{one.Failure.Worker}</td><td>{(Layout.IsOperator(context) ? Layout.Button($"/runs/{run.Name}/tasks/{one.Phase}/{Layout.Plain(one.Task)}/retry", "retry") : Markup.None)}</td></tr>""")}
            </tbody></table>{(failed.Count > MostFailed ? $"and {failed.Count - MostFailed} more" : "")}

            """;
    }

    /// <summary>A cell a task, or a cell for some where there are many.</summary>
    public static Markup Grid(string name, RunLook look, IReadOnlyList<WorkerState> workers)
    {
        var busy = workers.SelectMany(worker => worker.Tasks).ToHashSet();
        return $"""<h2>Tasks</h2>{Markup.Each(look.Phases, phase => Cells(name, phase, busy))}""";
    }

    /// <summary>The tasks of a phase, a page at a time.</summary>
    public static IResult Page(HttpContext context, RunShelf runs, ServedPlace place, string name, string phaseName, int from)
    {
        if (runs.Folder(name) is not { } folder || runs.LookAt(name)?.Phases.FirstOrDefault(one => one.Phase.Name == phaseName) is not { } phase)
        {
            return Layout.Missing(context, $"The run '{name}' has no phase '{phaseName}', or its tasks are being counted.");
        }

        from = Math.Clamp(from, 0, phase.Phase.Tasks.Count);
        var busy = WorkerState.Of(folder, place.Time).SelectMany(worker => worker.Tasks.Select(task => (task, worker.Worker))).GroupBy(pair => pair.task).ToDictionary(pairs => pairs.Key, pairs => pairs.First().Worker);
        var shown = phase.Phase.Tasks.Skip(from).Take(RowsOfPage).ToList();
        var address = $"/runs/{name}/tasks?phase={Uri.EscapeDataString(phaseName)}&from=";
        return Layout.Page(context, phaseName, $"""
            <h1>{phaseName}</h1><p class="sub"><a href="/runs/{name}">{name}</a>: tasks {from} to {from + shown.Count - 1} of {phase.Phase.Tasks.Count}</p>
            <table id="tasks" data-live><thead><tr><th>task</th><th>state</th><th class="n">to read</th><th class="n">records</th><th class="n">seconds</th></tr></thead><tbody>
            {Markup.Each(shown, task => Row(name, folder, phase, task, busy.GetValueOrDefault($"{phaseName}/{Layout.Plain(task.Number)}")))}</tbody></table>
            <p class="row">{(from > 0 ? (Markup)$"""<a href="{address}{Layout.Plain(Math.Max(0, from - RowsOfPage))}">Before</a>""" : Markup.None)} {(from + shown.Count < phase.Phase.Tasks.Count ? (Markup)$"""<a rel="next" href="{address}{Layout.Plain(from + RowsOfPage)}">Next page</a>""" : Markup.None)}</p>
            """);
    }

    private static Markup Row(string name, RunFolder folder, PhaseLook phase, PlanTask task, string? worker)
    {
        var marker = phase.Done.Contains(task.Number) ? folder.ReadMarker(RunFolder.MarkerPath(phase.Phase, task.Number)) : null;
        Markup state = marker is not null ? Layout.State("done")
            : phase.Failed.TryGetValue(task.Number, out var failure) ? $"{Kind(failure)} {failure.Reason}"
            : worker is not null ? $"{Layout.State("running")} <span class=\"soft\">{worker}</span>" : (Markup)$"""<span class="soft">waits</span>""";
        return $"""<tr><th><a href="/runs/{name}/log?phase={Uri.EscapeDataString(phase.Phase.Name)}&task={Layout.Plain(task.Number)}&level=debug">{Layout.Plain(task.Number)}</a></th><td>{state}</td><td class="n">{Layout.Bytes(task.Bytes)}</td><td class="n">{marker?.Records.Seen.ToString("N0", CultureInfo.InvariantCulture)}</td><td class="n">{marker?.Seconds.ToString("0.0", CultureInfo.InvariantCulture)}</td></tr>""";
    }

    private static Markup Cells(string name, PhaseLook look, HashSet<string> busy)
    {
        var (phase, done) = (look.Phase, look.Done);
        var tasks = (phase.Tasks.Count + MostCells - 1) / MostCells;
        return $"""
            <h3>{phase.Name}</h3><p class="cells" role="img" aria-label="{Layout.Plain(done.Count)} of {Layout.Plain(phase.Tasks.Count)} tasks are done">{Markup.Each(tasks <= 1 ? phase.Tasks.Select(task => Cell(look, task, busy)) : phase.Tasks.Chunk(tasks).Select(some => Cell(name, look, some)), cell => cell)}</p>{(tasks > 1 ? $"a cell is {tasks} tasks" : "")}
            """;
    }

    private static Markup Cell(PhaseLook look, PlanTask task, HashSet<string> busy)
    {
        var state = look.Done.Contains(task.Number) ? "done" : look.Failed.ContainsKey(task.Number) ? "failed" : busy.Contains($"{look.Phase.Name}/{Layout.Plain(task.Number)}") ? "running" : "";
        return $"""<i class="{state}" title="task {Layout.Plain(task.Number)}, {Layout.Bytes(task.Bytes)}{(state.Length > 0 ? ", " + state : "")}"></i>""";
    }

    private static Markup Cell(string name, PhaseLook look, PlanTask[] some)
    {
        var done = some.Count(task => look.Done.Contains(task.Number));
        var state = done == some.Length ? "done" : some.Any(task => look.Failed.ContainsKey(task.Number)) ? "failed" : done > 0 ? "some" : "";
        return $"""<a class="{state}" href="/runs/{name}/tasks?phase={Uri.EscapeDataString(look.Phase.Name)}&from={Layout.Plain(some[0].Number)}" title="tasks {Layout.Plain(some[0].Number)} to {Layout.Plain(some[^1].Number)}, {Layout.Plain(done)} done" tabindex="-1"></a>""";
    }

    private static Markup Kind(TaskFailure failure) => $"""<span class="chip {(failure.Kind == FailureKind.Transient ? "" : "bad")}">{(failure.Kind switch { FailureKind.OutOfMemory => "out of memory", FailureKind.Poisoned => "poisoned", FailureKind.Transient => "transient", _ => "failed" })}</span>""";

    private static string Advice(FailureKind kind) => kind switch
    {
        FailureKind.OutOfMemory => "Fewer workers at once, a smaller limits.record_mb, or a machine with more memory.",
        FailureKind.Poisoned => "Mend the input there or the step, or raise limits.poisoned: such records then go to quarantine.",
        FailureKind.Transient => "Something was away. Another try may do.",
        _ => "",
    };
}
