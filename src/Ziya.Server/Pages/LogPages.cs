using Microsoft.AspNetCore.Http;
using Ziya.Pipeline.Runs;

namespace Ziya.Server;

/// <summary>The log of a run, its end first seen.</summary>
internal static class LogPages
{
    /// <summary>Lines of a page.</summary>
    public const int Most = 300;

    private static readonly LogWeight[] Levels = [LogWeight.Debug, LogWeight.Information, LogWeight.Warning, LogWeight.Error];

    /// <summary>The last lines that are asked for, followed while the run goes on.</summary>
    public static IResult Page(HttpContext context, RunShelf runs, string name, string? level, string? phase, int? task)
    {
        var filter = Filter(level, phase, task);
        if (runs.LogOf(name, filter, Most) is not var (lines, cut))
        {
            return Layout.Missing(context, $"No run '{name}' in the runs folder.");
        }

        var phases = runs.Find(name)?.Phases ?? [];
        return Layout.Page(context, $"Log of {name}", $"""
            <h1>Log</h1><p class="sub"><a href="/runs/{name}">{name}</a></p>
            <form class="row" action="/runs/{name}/log">
            <label>Level <select name="level">{Markup.Each(Levels, one => Option(Word(one), one == filter.Level))}</select></label>
            <label>Phase <select name="phase"><option value="">all</option>{Markup.Each(phases, one => Option(one.Name, one.Name == filter.Phase))}</select></label>
            <label>Task <input name="task" type="number" min="0" value="{(task is { } number ? Layout.Plain(number) : "")}"></label><button>Show</button></form>
            <div id="lines" data-live>{(cut ? (Markup)$"""<p class="soft">The last {Most}. Earlier ones are in log/ of the run folder.</p>""" : Markup.None)}{Lines(lines)}</div>
            """);
    }

    /// <summary>What a query asks for.</summary>
    public static LogFilter Filter(string? level, string? phase, int? task) =>
        new(Levels.FirstOrDefault(one => Word(one) == level, LogWeight.Information), string.IsNullOrEmpty(phase) ? null : phase, task);

    /// <summary>Lines, the latest last.</summary>
    public static Markup Lines(IReadOnlyList<LogLine> lines) => lines.Count == 0 ? (Markup)$"""<p class="soft">Nothing is told yet.</p>""" : $"""
        <ol class="log">{Markup.Each(lines, line => $"""<li class="{Word(line.Level)}"><time>{line.At}</time> <b>{Word(line.Level)}</b> <span class="soft">{line.Phase}{(line.Task is { } task ? $", task {Layout.Plain(task)}" : "")}</span> {line.What} <span class="soft">{line.Worker}</span></li>""")}</ol>
        """;

    private static string Word(LogWeight weight) => weight switch { LogWeight.Debug => "debug", LogWeight.Information => "information", LogWeight.Warning => "warning", _ => "error" };

    private static Markup Option(string value, bool chosen) => chosen ? (Markup)$"""<option selected>{value}</option>""" : $"""<option>{value}</option>""";
}
