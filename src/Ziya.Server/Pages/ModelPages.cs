using System.Globalization;
using Microsoft.AspNetCore.Http;
using Ziya.Pipeline.Jobs;

namespace Ziya.Server;

/// <summary>The page of models and devices.</summary>
internal static class ModelPages
{
    /// <summary>The models that jobs name, what they did in runs, and this machine.</summary>
    public static IResult All(HttpContext context, JobShelf jobs, RunShelf runs, ServeOptions options)
    {
        var used = jobs.All().SelectMany(job => job.Job?.Models.Values.Select(model => (job.File, Model: model)) ?? []).ToList();
        var asked = runs.All().Take(20).SelectMany(run => runs.ReportOf(run.Name)?.Models?.Select(model => (Run: run.Name, Model: model)) ?? []).ToList();
        return Layout.Page(context, "Models", $"""
            <h1>Models and devices</h1>
            <p class="sub">This process: {Layout.Plain(Environment.ProcessorCount)} cores, {Layout.Bytes(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)} of memory, {Layout.Plain(options.Workers)} workers, roles {string.Join(", ", options.Roles.Select(role => role.ToString().ToLower(CultureInfo.InvariantCulture)))}; {Accelerators()}.</p>
            <h2>Named by jobs</h2><table><thead><tr><th>job</th><th>name</th><th>kind</th><th></th></tr></thead><tbody>
            {Markup.Each(used, one => $"""<tr><th><a href="/jobs/{one.File}">{one.File}</a></th><td>{one.Model.Name}</td><td>{Kind(one.Model)}</td><td>{(one.Model.Options.NeedsAccelerator ? "accelerator" : "")}</td></tr>""")}</tbody></table>
            <h2>In the last runs</h2><table><thead><tr><th>run</th><th>model</th></tr></thead><tbody>
            {Markup.Each(asked, one => $"""<tr><th><a href="/runs/{one.Run}">{one.Run}</a></th><td>{one.Model.Name}</td></tr>""")}</tbody></table>
            """);
    }

    private static string Kind(JobModel model) => model.Options.GetType().Name.Replace("Options", "", StringComparison.Ordinal);

    /// <summary>What the driver says there is, without asking a library of it.</summary>
    private static string Accelerators()
    {
        const string Driver = "/proc/driver/nvidia/gpus";
        var count = Directory.Exists(Driver) ? Directory.EnumerateDirectories(Driver).Count() : 0;
        return count == 0 ? "no NVIDIA GPU" : string.Create(CultureInfo.InvariantCulture, $"{count} NVIDIA GPU");
    }
}
