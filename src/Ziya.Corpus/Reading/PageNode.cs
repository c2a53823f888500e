namespace Ziya.Corpus.Reading;

/// <summary>An element of a page, or a text in it: what <see cref="MainText"/> looks at.</summary>
/// <param name="tag">Its name in lower case; empty for a text.</param>
/// <param name="text">The text, with single spaces for white space.</param>
/// <param name="names">Its class and id in lower case.</param>
internal sealed class PageNode(string tag, string text, string names)
{
    private static readonly HashSet<string> Blocks =
    [
        "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "dialog", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup",
        "hr", "html", "li", "main", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
    ];

    /// <summary>Its name in lower case; empty for a text.</summary>
    public string Tag { get; } = tag;

    /// <summary>The text; empty for an element.</summary>
    public string Text { get; } = text;

    /// <summary>Its class and id in lower case.</summary>
    public string Names { get; } = names;

    /// <summary>The element it is in.</summary>
    public PageNode? Parent { get; private set; }

    /// <summary>What is in it, in order.</summary>
    public List<PageNode> Children { get; } = [];

    /// <summary>Whether it stands in lines of its own.</summary>
    public bool IsBlock { get; } = Blocks.Contains(tag);

    /// <summary>Letters in it; a Chinese one counts for two, since it says more.</summary>
    public int Length { get; private set; }

    /// <summary>Those of them in links.</summary>
    public int Linked { get; private set; }

    /// <summary>Commas and the like, of both languages.</summary>
    public int Commas { get; private set; }

    /// <summary>Letters that stand in no block further in.</summary>
    public int OwnLength { get; private set; }

    /// <summary>Links in it.</summary>
    public int Links { get; private set; }

    /// <summary>How much it looks like main text; null until it is judged.</summary>
    public double? Score { get; set; }

    /// <summary>The share of its letters that are in links.</summary>
    public double LinkDensity => Length == 0 ? 0 : (double)Linked / Length;

    /// <summary>Adds what is in it, which is complete.</summary>
    public void Add(PageNode child)
    {
        child.Parent = this;
        Children.Add(child);
        Length += child.Length;
        Linked += Tag == "a" ? child.Length : child.Linked;
        Commas += child.Commas;
        OwnLength += child.IsBlock ? 0 : child.OwnLength;
        Links += child.Links + (child.Tag == "a" ? 1 : 0);
    }

    /// <summary>A text.</summary>
    public static PageNode OfText(string text)
    {
        var node = new PageNode("", text, "");
        foreach (var c in text)
        {
            node.Length += c >= '\u2e80' ? 2 : c == ' ' ? 0 : 1;
            node.Commas += c is ',' or '，' or '、' or '；' or '。' ? 1 : 0;
        }

        node.OwnLength = node.Length;
        return node;
    }
}
