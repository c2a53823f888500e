using System.Text.Json;

namespace Ziya.Server;

/// <summary>Records, a page at a time.</summary>
internal static class RecordList
{
    /// <summary>The records with a search above and links below.</summary>
    /// <param name="address">The page, with a query.</param>
    /// <param name="page">The records.</param>
    /// <param name="from">Where it begins.</param>
    /// <param name="text">What was searched for.</param>
    /// <param name="run">The run in which a record can be traced; null where none is known.</param>
    public static Markup Draw(string address, RecordPage page, long from, string? text, string? run)
    {
        var (path, query) = (address.Split('?')[0], System.Web.HttpUtility.ParseQueryString(address.Contains('?', StringComparison.Ordinal) ? address[(address.IndexOf('?', StringComparison.Ordinal) + 1)..] : ""));
        var search = text is { Length: > 0 } ? "&q=" + Uri.EscapeDataString(text) : "";
        return $"""
            <form class="row" action="{path}">{Markup.Each(query.AllKeys, key => $"""<input type="hidden" name="{key}" value="{query[key]}">""")}<label>Text <input type="search" name="q" value="{text}"></label><button>Search</button></form>
            {(page.Rows.Count == 0 ? $"""<p class="note">No record here{(page.Next is null ? "" : " yet: search on")}.</p>""" : Markup.None)}
            {Markup.Each(page.Rows, row => One(row, run))}
            <p class="row">{(from > 0 ? (Markup)$"""<a href="{address}{search}">First page</a>""" : Markup.None)} {(page.Next is { } next ? (Markup)$"""<a rel="next" href="{address}{search}&from={Layout.Plain(next)}">Next page</a>""" : Markup.None)}</p>
            """;
    }

    private static Markup One((string File, int Row, string Json) row, string? run)
    {
        var fields = Fields(row.Json);
        var id = fields.FirstOrDefault(field => field.Name == "id").Value;
        return $"""
            <article><div class="facts"><span>{row.File}, row {row.Row}</span>{(run is not null && id is not null ? (Markup)$"""<a href="/runs/{run}/trace?id={Uri.EscapeDataString(id)}">trace</a>""" : Markup.None)}</div>
            <dl>{Markup.Each(fields, field => $"""<dt>{field.Name}</dt><dd><pre>{field.Value}</pre></dd>""")}</dl></article>

            """;
    }

    /// <summary>The members of a record; all of it where it is not an object, or was cut.</summary>
    private static List<(string Name, string Value)> Fields(string json)
    {
        try
        {
            using var parsed = JsonDocument.Parse(json);
            return parsed.RootElement.ValueKind == JsonValueKind.Object
                ? [.. parsed.RootElement.EnumerateObject().Select(member => (member.Name, member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString()! : member.Value.GetRawText()))]
                : [("", json)];
        }
        catch (JsonException)
        {
            return [("", json)];
        }
    }
}
