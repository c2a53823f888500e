using System.Globalization;
using Microsoft.AspNetCore.Http;
using Ziya.Pipeline.Runs;

namespace Ziya.Server;

/// <summary>The pages of runs.</summary>
internal static class RunPages
{
    private static readonly TimeSpan MostSearch = TimeSpan.FromSeconds(20);

    /// <summary>All runs.</summary>
    public static IResult All(HttpContext context, RunShelf runs, IRunner runner)
    {
        var all = runs.Lately();
        Markup rows = all.Count == 0
            ? $"""<tr><td colspan="8">No runs yet. <a href="/jobs">Jobs</a> can be started.</td></tr>"""
            : Markup.Each(all, run => Row(context, run));
        return Layout.Page(context, "Runs", $"""
            <h1>Runs</h1><p class="sub">{Layout.Plain(all.Count)} {(all.Count == 1 ? "run" : "runs")}, {Layout.Plain(all.Count(run => run.IsActive))} going on, by {runner.Name}.</p>
            <table id="runs" data-live><thead><tr><th>run</th><th>state</th><th>begun</th><th>tasks</th><th class="n">read</th><th class="n">dropped</th><th class="n">written</th><th></th></tr></thead><tbody>
            {rows}</tbody></table>
            """);
    }

    /// <summary>One run.</summary>
    public static IResult One(HttpContext context, RunShelf runs, ServedPlace place, string name)
    {
        if (runs.Find(name) is not { } run || runs.Folder(name) is not { } folder)
        {
            return Layout.Missing(context, $"No run '{name}' in the runs folder.");
        }

        var (report, look) = (runs.ReportOf(name), runs.LookAt(name));
        var workers = run.State is "running" or "paused" ? WorkerState.Of(folder, place.Time) : [];
        return Layout.Page(context, run.Name, $"""
            <div id="run" data-live><h1>{run.Name} {Layout.State(run.State)}</h1><p class="sub">job {run.Job}{(run.Begun is null ? Markup.None : (Markup)$" · begun {Layout.When(run.Begun)}")}{(run.Ended is null ? "" : " · ")}{Took(run)}{Left(run)}</p>
            {Error(run)}<div class="row">{Verbs(context, run)}</div>
            {(run.Phases.Count == 0 && run.State != "queued" ? (Markup)$"""<p class="note">Its tasks are being counted: a moment.</p>""" : Markup.None)}
            {(run.Records is { } records ? Tiles(records) : Markup.None)}
            {(look is null ? Markup.None : TaskPages.Failed(context, run, look))}
            <h2>Phases</h2><table><tbody>{Markup.Each(run.Phases, phase => $"""<tr><th><a href="/runs/{name}/tasks?phase={Uri.EscapeDataString(phase.Name)}">{phase.Name}</a></th><td>{Layout.Progress(phase.Name, phase.Done, phase.Tasks)}{(phase.Failed > 0 ? (Markup)$""" <span class="chip bad">{phase.Failed} failed</span>""" : Markup.None)}</td></tr>""")}</tbody></table>
            {(workers.Count == 0 ? Markup.None : Workers(workers))}
            {(report is null ? Markup.None : Funnel(report))}
            {(look is null ? Markup.None : TaskPages.Grid(name, look, workers))}</div>
            <h2>Log</h2><div id="log" data-live>{LogPages.Lines(runs.LogOf(name, new LogFilter(), 8)?.Lines ?? [])}</div><p><a href="/runs/{name}/log">The whole log</a></p>
            <h2>Records</h2>
            <ul id="sets" data-live>{Markup.Each(Sets(folder), set => $"""<li><a href="/runs/{name}/records?set={Uri.EscapeDataString(set)}">{set}</a></li>""")}</ul>
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

        try
        {
            var stories = TraceOf(context, place, folder, id);
            return stories.Count == 0 ? Layout.Missing(context, $"No record '{id}' in {name}. Ids are those of the input, or file@offset where it has none.") : Layout.Page(context, id, $"""
                <h1>{id}</h1><p class="sub">through <a href="/runs/{name}">{name}</a></p>
                {Markup.Each(stories, story => $"""<table class="story"><tbody>{Markup.Each(story, line => $"""<tr><th>{line.Where}</th><td>{line.What}</td></tr>""")}</tbody></table>""")}
                """);
        }
        catch (OperationCanceledException)
        {
            return Layout.Refused(context, $"{TooLong(name, id)}");
        }
    }

    /// <summary>The stories of an id. Looking must not cost anything: no model is asked, nothing is started, and a search through a large input ends.</summary>
    /// <exception cref="OperationCanceledException">It took too long.</exception>
    internal static IReadOnlyList<IReadOnlyList<TraceLine>> TraceOf(HttpContext context, ServedPlace place, RunFolder folder, string id)
    {
        using var patience = new CancellationTokenSource(MostSearch, place.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, context.RequestAborted);
        return Pipeline.Runs.Trace.Of(folder, place.Catalog, id, place.Time, asks: false, either.Token);
    }

    /// <summary>What to tell whoever waited.</summary>
    internal static string TooLong(string name, string id) => $"'{id}' was not found within {MostSearch.TotalSeconds:0} s: the run is large. On the command line it is looked for to the end: ziya trace RUNS/{name} {id}";

    /// <summary>The dropped and quarantined there are, as folders of the run.</summary>
    internal static IReadOnlyList<string> Sets(RunFolder folder) =>
        [.. folder.Store.List("dropped/").Concat(folder.Store.List("quarantine/")).Select(file => file.Path[..file.Path.LastIndexOf('/')]).Distinct()];

    private static Markup Row(HttpContext context, RunState run) => $"""
        <tr data-run="{run.Name}"><th><a href="/runs/{run.Name}">{run.Name}</a><div class="soft">{run.Job}</div></th><td>{Layout.State(run.State)}{Error(run)}</td><td>{Layout.When(run.Begun)}<div class="soft">{Took(run)}</div></td>
        <td>{Layout.Progress(run.Name, run.Done, run.Tasks)}<div class="soft">{run.Phases.FirstOrDefault(phase => phase.Done < phase.Tasks)?.Name}{Left(run)}</div></td>
        <td class="n">{Count(run.Records?.Read)}</td><td class="n">{Count(run.Records?.Dropped)}</td><td class="n">{Count(run.Records?.Written)}</td><td><div class="row">{Verbs(context, run)}</div></td></tr>

        """;

    private static string Count(long? count) => count?.ToString("N0", CultureInfo.InvariantCulture) ?? "";

    private static Markup Error(RunState run) => run.Error is { } error ? $"""<p class="note bad">{error}</p>""" : Markup.None;

    private static string Took(RunState run) => run is not { Begun: { } begun, Ended: { } ended } ? ""
        : ended - begun < TimeSpan.FromMinutes(1) ? string.Create(CultureInfo.InvariantCulture, $"took {(ended - begun).TotalSeconds:0.0} s")
        : string.Create(CultureInfo.InvariantCulture, $"took {(int)(ended - begun).TotalHours}:{ended - begun:mm\\:ss}");

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
            "failed" => ["retry all"],
            _ => [],
        };
        return Markup.Each(verbs, verb => Layout.Button($"/runs/{run.Name}/{verb.Split(' ')[0]}", verb));
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

    private static Markup Workers(IReadOnlyList<WorkerState> workers) => $"""
        <h2>Workers</h2><table><tbody>{Markup.Each(workers, worker => $"""<tr><th>{worker.Worker}</th><td>{Markup.Each(worker.Tasks, task => $"""<span class="chip">{task}</span>""")}{(worker.Records > 0 ? (Markup)$"""<div class="soft">{Count(worker.Records)} records so far</div>""" : Markup.None)}</td><td>{Markup.Each(worker.Models, ModelPages.Busy)}</td></tr>""")}</tbody></table>

        """;
}
