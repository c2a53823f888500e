using AngleSharp.Html.Parser;

namespace Ziya.Corpus.Reading;

/// <summary>A page of the web, taken apart.</summary>
/// <param name="Text">Its main text; empty where it has none.</param>
/// <param name="Title">Its title, if it says one.</param>
/// <param name="Published">The day it was published, as it stands there, if it says one.</param>
/// <param name="IsParsed">False where it would have cost too much, and only its tags were taken out.</param>
internal sealed record Page(string Text, string? Title, string? Published, bool IsParsed)
{
    // With less, the page is looked at again with what looked like furniture: short pages call their text anything.
    private const int LittleText = 250;

    private static readonly HtmlParser Parser = new(new HtmlParserOptions { IsScripting = false });

    /// <summary>Takes a page apart.</summary>
    public static Page Of(string html)
    {
        if (!MarkupCost.IsBounded(html))
        {
            return new Page(MarkupStripper.Strip(html), null, null, false);
        }

        using var document = Parser.ParseDocument(html);
        var facts = PageFacts.Of(document);
        var text = Main(document.DocumentElement, true);
        if (text.Length < LittleText && Main(document.DocumentElement, false) is var loose && loose.Length > text.Length)
        {
            text = loose;
        }

        // A page that is drawn by scripts brings its text along for search engines.
        return new Page(facts.Body is { } body && text.Length < body.Length / 2 ? body : text, facts.Title, facts.Published, true);
    }

    private static string Main(AngleSharp.Dom.IElement root, bool strict) => PageTree.Of(root, strict) is { } page ? PageText.Of(MainText.Find(page)) : "";
}
