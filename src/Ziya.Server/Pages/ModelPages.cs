using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Http;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Runs;

namespace Ziya.Server;

/// <summary>A model that jobs name, and the processes that have it open.</summary>
/// <param name="File">The job file.</param>
/// <param name="Model">The model.</param>
/// <param name="Open">Run and worker of each process that has it open.</param>
internal sealed record ModelEntry(string File, JobModel Model, IReadOnlyList<(string Run, WorkerState Worker, WorkerModel State)> Open);

/// <summary>The page of models and devices.</summary>
internal static class ModelPages
{
    /// <summary>The models that jobs name, what they do now and did in runs, and this machine.</summary>
    public static IResult All(HttpContext context, JobShelf jobs, RunShelf runs, ServedPlace place, ServeOptions options)
    {
        var models = Of(jobs, runs, place.Time);
        var open = models.Where(model => model.Open.Count > 0).ToList();
        var asked = runs.Lately().Take(20).SelectMany(run => runs.ReportOf(run.Name)?.Models?.Select(model => (Run: run.Name, Model: model)) ?? []).ToList();
        return Layout.Page(context, "Models", $"""
            <h1>Models and devices</h1>
            <p class="sub">This process: {Layout.Plain(Environment.ProcessorCount)} cores, {Layout.Bytes(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)} of memory, {Layout.Plain(options.Workers)} workers, roles {string.Join(", ", options.Roles.Select(role => role.ToString().ToLower(CultureInfo.InvariantCulture)))}; {Accelerators()}.</p>
            <div id="models" data-live>{(open.Count == 0 ? Markup.None : (Markup)$"""<h2>Open now</h2><table><tbody>{Markup.Each(open, Opened)}</tbody></table>""")}
            <h2>Named by jobs</h2>{(models.Count == 0 ? (Markup)$"""<p class="note">No job names a model.</p>""" : Markup.None)}
            <table><thead><tr><th>job</th><th>name</th><th>kind</th><th>now</th></tr></thead><tbody>
            {Markup.Each(models, one => $"""<tr><th><a href="/jobs/{one.File}">{one.File}</a></th><td>{one.Model.Name}<div class="soft">{one.Model.Options.Title}</div></td><td>{Kind(one.Model)}{(one.Model.Options.NeedsAccelerator ? ", accelerator" : "")}</td><td>{(one.Open.Count == 0 ? "not loaded" : $"open in {one.Open.Count}")}</td></tr>""")}</tbody></table></div>
            <h2>Asked in the last runs</h2><table><thead><tr><th>run</th><th>model</th><th class="n">requests</th><th class="n">tokens in</th><th class="n">tokens out</th></tr></thead><tbody>
            {Markup.Each(asked, one => $"""<tr><th><a href="/runs/{one.Run}">{one.Run}</a></th><td>{one.Model.Name}<div class="soft">{one.Model.Is}</div></td><td class="n">{one.Model.Asked.Values.Sum(usage => usage.Requests)}</td><td class="n">{one.Model.Asked.Values.Sum(usage => usage.PromptTokens)}</td><td class="n">{one.Model.Asked.Values.Sum(usage => usage.CompletionTokens)}</td></tr>""")}</tbody></table>
            """);
    }

    /// <summary>The models that jobs name. Those that are open say so in the folders of the runs that go on, whichever process has them.</summary>
    public static IReadOnlyList<ModelEntry> Of(JobShelf jobs, RunShelf runs, TimeProvider time)
    {
        var workers = runs.Lately().Where(run => run.State is "running" or "paused").SelectMany(run => runs.Folder(run.Name) is { } folder ? WorkerState.Of(folder, time).Select(worker => (Run: run, Worker: worker)) : []).ToList();
        return
        [
            .. from job in jobs.All()
               where job.Job is not null
               from model in job.Job!.Models.Values
               select new ModelEntry(job.File, model,
               [
                   .. from one in workers
                      where one.Run.Job == job.Job!.Name
                      from state in one.Worker.Models
                      where state.Name == model.Name
                      select (one.Run.Name, one.Worker, state),
               ]),
        ];
    }

    /// <summary>What an open model does.</summary>
    public static Markup Busy(WorkerModel model)
    {
        var load = model.Figures.Load;
        return $"""
            <div><b>{model.Name}</b> {(model.Figures.Trouble is { } trouble ? (Markup)$"""<span class="chip bad">waits: {trouble}</span>""" : $"""<span class="chip good">loaded</span>""")}
            {(load is null ? Markup.None : (Markup)$"""<span class="chip">{load.Busy} of {load.Slots} slots</span><span class="chip">{load.Waiting} waiting</span>""")}{(model.TokensPerSecond is { } pace ? (Markup)$"""<span class="chip">{pace.ToString("N0", CultureInfo.InvariantCulture)} tokens/s</span>""" : Markup.None)}{(load?.CacheBytes is { } bytes ? (Markup)$"""<span class="chip">{Layout.Bytes(bytes)} of keys and values</span>""" : Markup.None)}</div>
            """;
    }

    private static Markup Opened(ModelEntry entry) => Markup.Each(entry.Open, open => $"""
        <tr><th><a href="/runs/{open.Run}">{open.Run}</a><div class="soft">by {open.Worker.Worker}</div></th><td>{Busy(open.State)}<div class="soft">{entry.Model.Options.Title}</div></td></tr>

        """);

    /// <summary>The word of the job file that says what kind of model it is.</summary>
    private static string Kind(JobModel model) => model.Options.GetType().GetCustomAttribute<ModelAttribute>()!.Key;

    /// <summary>What the driver says there is, without asking a library of it.</summary>
    private static string Accelerators()
    {
        const string Driver = "/proc/driver/nvidia/gpus";
        var count = Directory.Exists(Driver) ? Directory.EnumerateDirectories(Driver).Count() : 0;
        return count == 0 ? "no NVIDIA GPU" : string.Create(CultureInfo.InvariantCulture, $"{count} NVIDIA GPU");
    }
}
