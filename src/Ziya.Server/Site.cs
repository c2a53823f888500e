using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Ziya.Server;

/// <summary>The pages, by address.</summary>
internal static class Site
{
    /// <summary>Adds them to a server.</summary>
    public static void Map(IEndpointRouteBuilder routes, ServeOptions served)
    {
        var pages = routes.MapGroup("").ExcludeFromDescription();
        pages.MapGet("/", (HttpContext context, PageCache cache, RunShelf runs, IRunner runner) => cache.Get(context, () => RunPages.All(context, runs, runner)));
        pages.MapGet("/runs", () => Results.LocalRedirect("/"));
        pages.MapGet("/runs/{name}", (HttpContext context, PageCache cache, RunShelf runs, ServedPlace place, string name) => cache.Get(context, () => RunPages.One(context, runs, place, name)));
        pages.MapGet("/runs/{name}/tasks", (HttpContext context, PageCache cache, RunShelf runs, ServedPlace place, string name, string phase, int? from) => cache.Get(context, () => TaskPages.Page(context, runs, place, name, phase, from ?? 0)));
        pages.MapGet("/runs/{name}/log", (HttpContext context, PageCache cache, RunShelf runs, string name, string? level, string? phase, string? task) =>
            cache.Get(context, () => LogPages.Page(context, runs, name, level, phase, int.TryParse(task, out var number) ? number : null)));
        pages.MapGet("/runs/{name}/report", ReportPage);
        pages.MapGet("/runs/{name}/records", (HttpContext context, RunShelf runs, string name, string set, long? from, string? q) => RunPages.Records(context, runs, name, set, from ?? 0, q));
        pages.MapGet("/runs/{name}/trace", (HttpContext context, RunShelf runs, ServedPlace place, string name, string id) => RunPages.Trace(context, runs, place, name, id));
        pages.MapGet("/jobs", (HttpContext context, JobShelf jobs, IRunner runner, ServedPlace place) => JobPages.All(context, jobs, runner, place.Time));
        pages.MapGet("/jobs/{file}", (HttpContext context, JobShelf jobs, IRunner runner, ServedPlace place, string file) => JobPages.One(context, jobs, runner, place.Time, file));
        pages.MapGet("/datasets", (HttpContext context, DatasetShelf datasets) => DatasetPages.All(context, datasets));
        pages.MapGet("/datasets/view", (HttpContext context, DatasetShelf datasets, string at, string? file, long? from, string? q) => DatasetPages.One(context, datasets, at, file, from ?? 0, q));
        pages.MapGet("/datasets/download", (HttpContext context, DatasetShelf datasets, string at, string file) => DatasetPages.Download(context, datasets, at, file));
        pages.MapGet("/models", (HttpContext context, PageCache cache, JobShelf jobs, RunShelf runs, ServedPlace place, ServeOptions options) => cache.Get(context, () => ModelPages.All(context, jobs, runs, place, options)));
        pages.MapGet("/sign-in", (HttpContext context, ServeOptions options, string? next) => SignIn.Page(context, options, next));
        if (served.Oidc is { } oidc)
        {
            pages.MapGet("/sign-in/oidc", (HttpContext context, string? next) => Oidc.Challenge(context, oidc, next));
        }

        pages.MapGet("/assets/{name}", Asset);
        pages.MapGet("/health", () => Results.Text("ok\n"));

        var forms = pages.MapGroup("").AddEndpointFilter(CheckToken);
        forms.MapPost("/sign-in", SignIn.Post);
        forms.MapPost("/sign-out", async (HttpContext context) =>
        {
            await context.SignOutAsync(Gate.Scheme);
            return Results.LocalRedirect("/sign-in");
        });
        forms.MapPost("/jobs/{file}/run", Start);
        forms.MapPost("/runs/{name}/tasks/{phase}/{task:int}/retry", (HttpContext context, Verbs verbs, string name, string phase, int task) => Told(context, verbs.Retry(name, phase, task)));
        forms.MapPost("/runs/{name}/{verb}", (HttpContext context, Verbs verbs, string name, string verb) => Told(context, verbs.Do(name, verb)));
    }

    private static async Task<IResult> Start(HttpContext context, Verbs verbs, string file)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var overrides = form["set"].ToString().Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        context.Items[Gate.Detail] = string.Join(' ', overrides);
        return Told(context, verbs.Start(file, overrides));
    }

    private static IResult Told(HttpContext context, Outcome? outcome) => outcome switch
    {
        null => Layout.Missing(context, "There is none of that name here."),
        { Run: { } run } => Results.LocalRedirect($"/runs/{run}"),
        _ => Layout.Refused(context, outcome.Error!),
    };

    private static async ValueTask<object?> CheckToken(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        var context = invocation.HttpContext;
        return await ((IAntiforgery)context.RequestServices.GetService(typeof(IAntiforgery))!).IsRequestValidAsync(context)
            ? await next(invocation)
            : Layout.Refused(context, "This form is from another session, or from before the server was started anew. Load the page again and send it once more.");
    }

    /// <summary>A report has its style inside, and nothing that runs.</summary>
    private static IResult ReportPage(HttpContext context, RunShelf runs, string name)
    {
        if (runs.ReportOf(name) is not { } report)
        {
            return Layout.Missing(context, $"No run '{name}' in the runs folder.");
        }

        context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; base-uri 'none'; form-action 'none'";
        return Results.Text(Pipeline.Runs.ReportPage.Write(report), "text/html; charset=utf-8");
    }

    private static IResult Asset(HttpContext context, string name)
    {
        context.Response.Headers.CacheControl = "no-cache";
        var type = name switch { "ziya.css" => "text/css; charset=utf-8", "ziya.js" => "text/javascript; charset=utf-8", _ => null };
        return type is null ? Results.NotFound() : Results.Stream(typeof(Site).Assembly.GetManifestResourceStream(name)!, type);
    }
}
