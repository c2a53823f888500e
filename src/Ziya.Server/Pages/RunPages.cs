using System.Globalization;
using Microsoft.AspNetCore.Http;
using Ziya.Pipeline.Runs;

namespace Ziya.Server;

/// <summary>The pages of runs.</summary>
internal static class RunPages
{
    private const int MostCells = 2000;

    /// <summary>All runs.</summary>
    public static IResult All(HttpContext context, RunShelf runs, IRunner runner)
    {
        var all = runs.Lately();
        Markup rows = all.Count == 0
            ? $"""<tr><td colspan="7">No runs yet. <a href="/jobs">Jobs</a> can be started.</td></tr>"""
            : Markup.Each(all, run => Row(context, run));
        return Layout.Page(context, "Runs", $"""
            <h1>Runs</h1><p class="sub">{Layout.Plain(all.Count)} runs, {Layout.Plain(all.Count(run => run.IsActive))} going on, by {runner.Name}.</p>
            <table id="runs" data-live><thead><tr><th>run</th><th>state</th><th>tasks</th><th class="n">read</th><th class="n">dropped</th><th class="n">written</th><th></th></tr></thead><tbody>
            {rows}</tbody></table>
            """);
    }

    /// <summary>One run.</summary>
    public static IResult One(HttpContext context, RunShelf runs, string name)
    {
        if (runs.Find(name) is not { } run)
        {
            return Layout.Missing(context, $"No run '{name}' in the runs folder.");
        }

        var report = runs.ReportOf(name);
        var sets = runs.Folder(name) is { } folder ? Sets(folder) : [];
        return Layout.Page(context, run.Name, $"""
            <div id="run" data-live><h1>{run.Name} {Layout.State(run.State)}</h1><p class="sub">job {run.Job}{Left(run)}</p>
            {Error(run)}<div class="row">{Verbs(context, run)}</div>
            {(run.Records is { } records ? Tiles(records) : Markup.None)}
            <h2>Phases</h2><table><tbody>{Markup.Each(run.Phases, phase => $"""<tr><th>{phase.Name}</th><td>{Layout.Progress(phase.Name, phase.Done, phase.Tasks)}</td></tr>""")}</tbody></table>
            {(report is null ? Markup.None : Funnel(report))}
            {Grid(runs, run)}</div>
            <h2>Records</h2>
            <ul id="sets" data-live>{Markup.Each(sets, set => $"""<li><a href="/runs/{name}/records?set={Uri.EscapeDataString(set)}">{set}</a></li>""")}</ul>
            <form class="row" action="/runs/{name}/trace"><label>Trace a record, by its id <input name="id" required></label><button>Trace</button></form>
            <div id="report" data-live><h2>Report</h2><p><a href="/runs/{name}/report">The report on a page of its own</a></p>
            {(run.IsActive ? Markup.None : (Markup)$"""<iframe title="Report" sandbox src="/runs/{name}/report" loading="lazy"></iframe>""")}</div>
            """);
    }

    /// <summary>Dropped or quarantined records.</summary>
    public static IResult Records(HttpContext context, RunShelf runs, string name, string set, long from, string? text)
    {
        if (runs.Folder(name) is not { } folder || !Sets(folder).Contains(set))
        {
            return Layout.Missing(context, $"The run '{name}' has no records called '{set}'.");
        }

        var page = RecordShelf.Read(folder.Store, folder.Store.List(set + "/").Select(file => file.Path), Math.Max(0, from), text);
        return Layout.Page(context, $"{set} of {name}", $"""
            <h1>{set}</h1><p class="sub"><a href="/runs/{name}">{name}</a></p>
            {RecordList.Draw($"/runs/{name}/records?set={Uri.EscapeDataString(set)}", page, from, text, name)}
            """);
    }

    /// <summary>The story of one record.</summary>
    public static IResult Trace(HttpContext context, RunShelf runs, ServedPlace place, string name, string id)
    {
        if (runs.Folder(name) is not { } folder)
        {
            return Layout.Missing(context, $"No run '{name}' in the runs folder.");
        }

        var stories = Pipeline.Runs.Trace.Of(folder, place.Catalog, id, place.Time);
        return stories.Count == 0 ? Layout.Missing(context, $"No record '{id}' in {name}. Ids are those of the input, or file@offset where it has none.") : Layout.Page(context, id, $"""
            <h1>{id}</h1><p class="sub">through <a href="/runs/{name}">{name}</a></p>
            {Markup.Each(stories, story => $"""<table class="story"><tbody>{Markup.Each(story, line => $"""<tr><th>{line.Where}</th><td>{line.What}</td></tr>""")}</tbody></table>""")}
            """);
    }

    /// <summary>The dropped and quarantined there are, as folders of the run.</summary>
    internal static IReadOnlyList<string> Sets(RunFolder folder) =>
        [.. folder.Store.List("dropped/").Concat(folder.Store.List("quarantine/")).Select(file => file.Path[..file.Path.LastIndexOf('/')]).Distinct()];

    private static Markup Row(HttpContext context, RunState run) => $"""
        <tr data-run="{run.Name}"><th><a href="/runs/{run.Name}">{run.Name}</a><div class="soft">{run.Job}</div></th><td>{Layout.State(run.State)}{Error(run)}</td>
        <td>{Layout.Progress(run.Name, run.Done, run.Tasks)}<div class="soft">{run.Phases.FirstOrDefault(phase => phase.Done < phase.Tasks)?.Name}{Left(run)}</div></td>
        <td class="n">{Count(run.Records?.Read)}</td><td class="n">{Count(run.Records?.Dropped)}</td><td class="n">{Count(run.Records?.Written)}</td><td><div class="row">{Verbs(context, run)}</div></td></tr>

        """;

    private static string Count(long? count) => count?.ToString("N0", CultureInfo.InvariantCulture) ?? "";

    private static Markup Error(RunState run) => run.Error is { } error ? $"""<p class="note bad">{error}</p>""" : Markup.None;

    private static string Left(RunState run) => run.SecondsLeft is { } seconds ? string.Create(CultureInfo.InvariantCulture, $" · about {TimeSpan.FromSeconds(seconds):h\\:mm\\:ss} left") : "";

    private static Markup Verbs(HttpContext context, RunState run)
    {
        if (!Layout.IsOperator(context))
        {
            return Markup.None;
        }

        string[] verbs = run.State switch
        {
            "running" or "queued" => ["pause", "stop"],
            "paused" => ["resume", "stop"],
            "stopped" => ["resume"],
            "failed" => ["retry"],
            _ => [],
        };
        return Markup.Each(verbs, verb => Layout.Button(context, $"/runs/{run.Name}/{verb}", verb));
    }

    private static Markup Tiles(RunRecords records) => $"""
        <div class="tiles">{Tile("read", records.Read)}{(records.Created > 0 ? Tile("made", records.Created) : Markup.None)}{Tile("written", records.Written)}{Tile("dropped", records.Dropped)}{Tile("quarantined", records.Quarantined)}</div>

        """;

    private static Markup Tile(string name, long value) => $"""<div class="tile"><b>{value}</b><span>{name}</span></div>""";

    private static Markup Funnel(Report report) => $"""
        <h2>Funnel{(report.State == "running" ? ", so far" : "")}</h2><table><thead><tr><th>step</th><th class="n">in</th><th class="n">made</th><th class="n">dropped</th><th>reasons</th></tr></thead><tbody>
        {Markup.Each(report.Funnel, step => $"""<tr><th>{step.Step}</th><td class="n">{step.In}</td><td class="n">{step.Created}</td><td class="n">{step.Dropped.Values.Sum()}</td><td>{Markup.Each(step.Dropped, reason => $"""<span class="chip">{reason.Key} {reason.Value}</span>""")}</td></tr>""")}
        </tbody></table>

        """;

    /// <summary>A cell a task, by phase.</summary>
    private static Markup Grid(RunShelf runs, RunState run)
    {
        if (runs.Folder(run.Name) is not { } folder || folder.ReadPlan() is not { } plan)
        {
            return Markup.None;
        }

        return $"""<h2>Tasks</h2>{Markup.Each(plan.Phases, phase => Cells(phase, folder))}""";
    }

    private static Markup Cells(Pipeline.Plans.Phase phase, RunFolder folder)
    {
        var done = folder.Marked(phase);
        return $"""
            <h3>{phase.Name}</h3><p class="cells" role="img" aria-label="{Layout.Plain(done.Count)} of {Layout.Plain(phase.Tasks.Count)} tasks are done">{Markup.Each(phase.Tasks.Take(MostCells), task => (Markup)$"""<i class="{(done.Contains(task.Number) ? "done" : "")}" title="task {Layout.Plain(task.Number)}, {Layout.Bytes(task.Bytes)}"></i>""")}{(phase.Tasks.Count > MostCells ? $" and {Layout.Plain(phase.Tasks.Count - MostCells)} more" : "")}</p>
            """;
    }
}
