using System.Text.Json;
using AngleSharp.Dom;

namespace Ziya.Corpus.Reading;

/// <summary>What a page says of itself: its title, the day it was published, and for pages that show nothing without scripts the text of the article.</summary>
/// <param name="Title">The title, without the name of the site where the page says it.</param>
/// <param name="Published">The day, as it stands there.</param>
/// <param name="Body">The text of the article, of JSON-LD.</param>
internal sealed record PageFacts(string? Title, string? Published, string? Body)
{
    private const int MostJson = 1 << 20;

    /// <summary>The facts of a page.</summary>
    public static PageFacts Of(IDocument page)
    {
        var (published, body) = (default(string), default(string));
        foreach (var script in page.QuerySelectorAll("script[type='application/ld+json']").Where(script => script.TextContent.Length < MostJson))
        {
            try
            {
                using var json = JsonDocument.Parse(script.TextContent);
                Read(json.RootElement, ref published, ref body);
            }
            catch (Exception exception) when (exception is JsonException or InvalidOperationException)
            {
                // The second: half a surrogate pair, which is JSON and no text.
                // Many are broken; the page itself says enough.
            }
        }

        var title = Meta(page, "og:title") ?? Text(page.QuerySelector("h1")) ?? Text(page.QuerySelector("title"));
        published ??= Meta(page, "article:published_time") ?? Meta(page, "og:published_time") ?? Meta(page, "pubdate") ?? Meta(page, "publishdate") ?? Meta(page, "date") ?? Text(page.QuerySelector("time")?.GetAttribute("datetime"));
        return new PageFacts(title, published, body);
    }

    private static string? Meta(IDocument page, string name) => Text(page.QuerySelector($"meta[property='{name}'],meta[name='{name}']")?.GetAttribute("content"));

    private static string? Text(IElement? element) => Text(element?.TextContent);

    private static string? Text(string? text) => string.IsNullOrWhiteSpace(text) ? null : string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static void Read(JsonElement json, ref string? published, ref string? body)
    {
        if (json.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in json.EnumerateArray())
            {
                Read(item, ref published, ref body);
            }
        }
        else if (json.ValueKind == JsonValueKind.Object)
        {
            published ??= String(json, "datePublished");
            body ??= String(json, "articleBody");
            if (json.TryGetProperty("@graph", out var graph))
            {
                Read(graph, ref published, ref body);
            }
        }
    }

    private static string? String(JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? Text(value.GetString()) : null;
}
