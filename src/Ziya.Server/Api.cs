using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Runs;
using Ziya.Pipeline.Storage;

namespace Ziya.Server;

/// <summary>The same verbs as JSON.</summary>
internal static class Api
{
    /// <summary>Adds it to a server.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api");
        api.MapGet("/runs", (RunShelf runs) => Json(runs.Lately())).WithSummary("All runs: state, phases, records so far.").Produces<IReadOnlyList<RunState>>();
        api.MapGet("/runs/{name}", (RunShelf runs, string name) => Json(runs.Find(name))).WithSummary("One run.").Produces<RunState>().Produces<Problem>(404);
        api.MapGet("/runs/{name}/report", (RunShelf runs, string name) => runs.ReportOf(name) is { } report ? Results.Bytes(JsonText.Write(report), "application/json") : Counting(runs, name))
            .WithSummary("The report as it is now, the funnel so far while the run goes on.").Produces(200, contentType: "application/json").Produces<Problem>(404).Produces<Problem>(503);
        api.MapGet("/runs/{name}/records", Records).WithSummary("Dropped or quarantined records of a set such as dropped/dedup_exact, 50 at a time; q is a text they hold.").Produces<Rows>().Produces<Problem>(404);
        api.MapGet("/runs/{name}/trace", StoryOf)
            .WithSummary("The stories of the records of an id. No model is asked for it.").Produces<IReadOnlyList<IReadOnlyList<TraceLine>>>().Produces<Problem>(404).Produces<Problem>(409);
        api.MapGet("/runs/{name}/log", (RunShelf runs, string name, string? level, string? phase, int? task) => runs.LogOf(name, LogPages.Filter(level, phase, task), LogPages.Most) is var (lines, _) ? Json(lines) : None())
            .WithSummary("The last lines of the log: level debug, information (default), warning or error and what matters more; of a phase, of a task.").Produces<IReadOnlyList<LogLine>>().Produces<Problem>(404);
        api.MapGet("/runs/{name}/failures", (RunShelf runs, string name) => runs.LookAt(name) is { } look ? Json(FailedTask.Of(look)) : Counting(runs, name))
            .WithSummary("The tasks that failed and are not done, with their reasons.").Produces<IReadOnlyList<FailedTask>>().Produces<Problem>(404).Produces<Problem>(503);
        api.MapPost("/runs/{name}/tasks/{phase}/{task:int}/retry", (HttpContext context, Verbs verbs, string name, string phase, int task) => Told(context, verbs.Retry(name, phase, task)))
            .WithSummary("Tries a task that failed: now where it waits for its next try, otherwise the run goes on with it first.").Produces<Started>().Produces<Problem>(404).Produces<Problem>(409);
        api.MapPost("/runs/{name}/{verb}", (HttpContext context, Verbs verbs, string name, string verb) => Told(context, verbs.Do(name, verb)))
            .WithSummary("pause, resume, stop or retry.").Produces<Started>().Produces<Problem>(404).Produces<Problem>(409);
        api.MapGet("/jobs", (JobShelf jobs, ServedPlace place) => Json(jobs.All().Select(job => JobFacts.Of(job, place.Time)))).WithSummary("The files of the jobs folder.").Produces<IReadOnlyList<JobFacts>>();
        api.MapPost("/jobs/{file}/run", (HttpContext context, Verbs verbs, string file, RunRequest request) => Start(context, verbs, file, request))
            .WithSummary("Runs a job of the jobs folder, or goes on with it. set: path=value, of numbers, switches and words.").Produces<Started>().Produces<Problem>(404).Produces<Problem>(409);
        api.MapGet("/models", (JobShelf jobs, RunShelf runs, ServedPlace place) => Json(ModelPages.Of(jobs, runs, place.Time).Select(ModelFacts.Of)))
            .WithSummary("The models that jobs name, and what those do that are loaded, by the processes that have them.").Produces<IReadOnlyList<ModelFacts>>();
        api.MapGet("/datasets", (DatasetShelf datasets) => Json(datasets.All())).WithSummary("The datasets that jobs wrote, with their manifests.").Produces<IReadOnlyList<DatasetEntry>>();
        api.MapGet("/datasets/records", (DatasetShelf datasets, string at, string file, long? from, string? q) =>
                datasets.Find(at) is { } dataset && DatasetShelf.FileOf(dataset, file) is { } found ? Json(Rows.Of(RecordShelf.Read(Stores.At(at), [found.Path], Math.Max(0, from ?? 0), q))) : None())
            .WithSummary("Records of a file of a dataset, 50 at a time.").Produces<Rows>().Produces<Problem>(404);
    }

    private static IResult Records(RunShelf runs, string name, string set, long? from, string? q) => runs.Folder(name) is { } folder && RunPages.Sets(folder).Contains(set)
        ? Json(Rows.Of(RecordShelf.Read(folder.Store, folder.Store.List(set + "/").Select(file => file.Path), Math.Max(0, from ?? 0), q)))
        : None();

    private static IResult StoryOf(HttpContext context, RunShelf runs, ServedPlace place, string name, string id)
    {
        try
        {
            return runs.Folder(name) is { } folder ? Json(RunPages.TraceOf(context, place, folder, id)) : None();
        }
        catch (OperationCanceledException)
        {
            return Results.Json(new Problem(RunPages.TooLong(name, id)), JsonText.Options, statusCode: StatusCodes.Status409Conflict);
        }
    }

    private static IResult Start(HttpContext context, Verbs verbs, string file, RunRequest request)
    {
        context.Items[Gate.Detail] = string.Join(' ', request.Set ?? []);
        return Told(context, verbs.Start(file, request.Set ?? [], request.Priority));
    }

    private static IResult Told(HttpContext context, Outcome? outcome) => outcome switch
    {
        null => None(),
        { Run: { } run } => Json(new Started(run, $"{context.Request.Scheme}://{context.Request.Host}/runs/{run}")),
        _ => Results.Json(new Problem(outcome.Error!), JsonText.Options, statusCode: StatusCodes.Status409Conflict),
    };

    private static IResult Json<T>(T? value) => value is null ? None() : Results.Json(value, JsonText.Options);

    /// <summary>The first look at a large run goes on, if there is such a run.</summary>
    private static IResult Counting(RunShelf runs, string name) => runs.Find(name) is null ? None()
        : Results.Json(new Problem("Nothing is planned yet, or the tasks are being counted: ask again in a moment."), JsonText.Options, statusCode: StatusCodes.Status503ServiceUnavailable);

    private static IResult None() => Results.Json(new Problem("There is none of that name here."), JsonText.Options, statusCode: StatusCodes.Status404NotFound);
}

/// <summary>What to replace in a job before it runs.</summary>
/// <param name="Set">As <c>--set</c>.</param>
/// <param name="Priority">Whether its tasks go before those of other runs; normal where it is not said.</param>
public sealed record RunRequest(IReadOnlyList<string>? Set, RunPriority Priority = RunPriority.Normal);

/// <summary>What goes on.</summary>
/// <param name="Run">The run.</param>
/// <param name="Page">Its page.</param>
public sealed record Started(string Run, string Page);

/// <summary>A job file in short.</summary>
/// <param name="File">Its name.</param>
/// <param name="Job">The job's name; null where the file is wrong.</param>
/// <param name="Description">What it is for.</param>
/// <param name="Schedule">Its cron expression.</param>
/// <param name="TimeZone">Of the schedule.</param>
/// <param name="Next">When it begins next.</param>
/// <param name="Fault">What is wrong with the file.</param>
public sealed record JobFacts(string File, string? Job, string? Description, string? Schedule, string? TimeZone, DateTimeOffset? Next, string? Fault)
{
    internal static JobFacts Of(JobEntry entry, TimeProvider time) => new(
        entry.File, entry.Job?.Name, entry.Job?.Description, entry.Job?.Schedule, entry.Job?.Schedule is null ? null : entry.Job.TimeZone,
        entry.Next(time.GetUtcNow(), 1) is [var next] ? next : null, entry.Fault);
}

/// <summary>Some records.</summary>
/// <param name="Records">They, as JSON text.</param>
/// <param name="Next">What <c>from</c> of the next page is; null where there is none.</param>
public sealed record Rows(IReadOnlyList<Row> Records, long? Next)
{
    internal static Rows Of(RecordPage page) => new([.. page.Rows.Select(row => new Row(row.File, row.Row, row.Json))], page.Next);
}

/// <summary>One record.</summary>
/// <param name="File">Its file.</param>
/// <param name="Number">Its row, from 1.</param>
/// <param name="Json">It, as JSON text.</param>
public sealed record Row(string File, int Number, string Json);

/// <summary>A task that failed and is not done.</summary>
/// <param name="Phase">Its phase.</param>
/// <param name="Task">Its number.</param>
/// <param name="Failure">What went wrong.</param>
public sealed record FailedTask(string Phase, int Task, TaskFailure Failure)
{
    internal static IReadOnlyList<FailedTask> Of(RunLook look) => [.. look.Phases.SelectMany(phase => phase.Failed.OrderBy(task => task.Key).Select(task => new FailedTask(phase.Phase.Name, task.Key, task.Value)))];
}

/// <summary>A model that a job names.</summary>
/// <param name="File">The job file.</param>
/// <param name="Name">The model's name in the job.</param>
/// <param name="Title">What it is called where it comes from.</param>
/// <param name="Loaded">The processes that have it open; empty where it is not loaded.</param>
public sealed record ModelFacts(string File, string Name, string? Title, IReadOnlyList<LoadedModel> Loaded)
{
    internal static ModelFacts Of(ModelEntry entry) => new(
        entry.File, entry.Model.Name, entry.Model.Options.Title,
        [.. entry.Open.Select(open => new LoadedModel(open.Run, open.Worker.Worker, open.State.TokensPerSecond, open.State.Figures.Trouble, open.State.Figures.Load))]);
}

/// <summary>A model in a process.</summary>
/// <param name="Run">The run it works for.</param>
/// <param name="Worker">The process.</param>
/// <param name="TokensPerSecond">Tokens it wrote in a second lately.</param>
/// <param name="Trouble">What it waits for because something is wrong.</param>
/// <param name="Load">How full it is.</param>
public sealed record LoadedModel(string Run, string Worker, double? TokensPerSecond, string? Trouble, Ziya.Pipeline.Jobs.ModelLoad? Load);
