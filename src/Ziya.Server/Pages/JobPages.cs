using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Ziya.Server;

/// <summary>The pages of jobs.</summary>
internal static class JobPages
{
    /// <summary>All job files.</summary>
    public static IResult All(HttpContext context, JobShelf jobs, IRunner runner, TimeProvider time) => Layout.Page(context, "Jobs", $"""
        <h1>Jobs</h1><p class="sub">The files of the jobs folder. A schedule is taken over from the file a few seconds after it is saved.</p>
        <table><thead><tr><th>file</th><th>what</th><th>schedule</th><th>next</th><th></th></tr></thead><tbody>
        {Markup.Each(jobs.All(), job => Row(context, job, runner, time))}</tbody></table>
        """);

    /// <summary>One job file.</summary>
    public static IResult One(HttpContext context, JobShelf jobs, IRunner runner, TimeProvider time, string file) => jobs.Find(file) is not { } job
        ? Layout.Missing(context, $"No job file '{file}' in the jobs folder.")
        : Layout.Page(context, file, $"""
            <h1>{file}</h1><p class="sub">{job.Job?.Description}</p>
            {(job.Fault is { } fault ? (Markup)$"""<pre class="note bad">{fault}</pre>""" : Markup.None)}
            {(job.Job?.Schedule is { } schedule ? (Markup)$"""<p>Runs at <code>{schedule}</code> ({job.Job.TimeZone}){Last(runner, file)}. Next: {Markup.Each(job.Next(time.GetUtcNow(), 5), at => $"""<span class="chip">{Text(at)}</span>""")}</p>""" : Markup.None)}
            {(Layout.IsOperator(context) && job.Job is not null ? Form(context, file) : Markup.None)}
            <pre class="file">{job.Text}</pre>
            """);

    private static Markup Row(HttpContext context, JobEntry job, IRunner runner, TimeProvider time) => $"""
        <tr><th class="name"><a href="/jobs/{job.File}">{job.File}</a></th><td>{job.Job?.Description}{(job.Fault is { } fault ? (Markup)$"""<pre class="note bad">{fault}</pre>""" : Markup.None)}</td>
        <td>{(job.Job?.Schedule is { } schedule ? (Markup)$"<code>{schedule}</code> <span class=\"soft\">{job.Job.TimeZone}{Last(runner, job.File)}</span>" : Markup.None)}</td>
        <td>{Markup.Each(job.Next(time.GetUtcNow(), 1), at => $"{Text(at)}")}</td>
        <td>{(Layout.IsOperator(context) && job.Job is not null ? Layout.Button($"/jobs/{job.File}/run", "run") : Markup.None)}</td></tr>

        """;

    private static string Last(IRunner runner, string file) => runner.LastStart(file) is { } last ? $", last {last}" : "";

    private static Markup Form(HttpContext context, string file) => $"""
        <form method="post" action="/jobs/{file}/run" class="run">{Layout.Token()}
        <label for="set">Replace values, one <code>path=value</code> a line: numbers, true, false and words. What is read and written stands in the file.</label>
        <textarea id="set" name="set" rows="3" placeholder="seed=7" spellcheck="false"></textarea><button>Run now</button></form>

        """;

    private static string Text(DateTimeOffset at) => at.ToString("yyyy-MM-dd HH:mm zzz", CultureInfo.InvariantCulture);
}
