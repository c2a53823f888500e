using System.Text;
using System.Text.RegularExpressions;
using AngleSharp.Dom;

namespace Ziya.Corpus.Reading;

/// <summary>Makes nodes of a parsed page, without what is never main text: scripts, controls, menus, what is hidden, and on request what is called like page furniture.</summary>
internal static partial class PageTree
{
    // As deep as a page may be whose cost is bounded.
    private const int MostDepth = 2000;

    private static readonly HashSet<string> Never =
    [
        "applet", "aside", "audio", "button", "canvas", "datalist", "embed", "footer", "frame", "head", "iframe", "input", "map", "nav", "noembed", "noframes", "noscript", "object", "option", "script", "select", "style", "svg",
        "template", "textarea", "video",
    ];

    /// <summary>The nodes of a page; null where nothing is left of it.</summary>
    /// <param name="element">The element.</param>
    /// <param name="strict">Whether what is called like page furniture goes.</param>
    public static PageNode? Of(IElement element, bool strict) => Of(element, strict, 0);

    private static PageNode? Of(IElement element, bool strict, int depth)
    {
        var tag = element.LocalName.ToLowerInvariant();
        var names = $"{element.ClassName} {element.Id}".ToLowerInvariant();
        if (Never.Contains(tag) || IsHidden(element) || depth > MostDepth || (strict && IsFurniture(tag, names, element)))
        {
            return null;
        }

        var node = new PageNode(tag, "", names);
        foreach (var child in element.ChildNodes)
        {
            if (child is IElement inner)
            {
                if (Of(inner, strict, depth + 1) is { } made)
                {
                    node.Add(made);
                }
            }
            else if (child is IText text && text.Data.Length > 0)
            {
                node.Add(PageNode.OfText(tag == "pre" ? text.Data : Collapse(text.Data)));
            }
        }

        return node;
    }

    private static bool IsHidden(IElement element) => element.HasAttribute("hidden") || element.GetAttribute("aria-hidden") == "true"
        || (element.GetAttribute("style") is { } style && Invisible().IsMatch(style));

    private static bool IsFurniture(string tag, string names, IElement element) =>
        tag is not ("html" or "body" or "article" or "main" or "a") && ((Unlikely().IsMatch(names) && !Maybe().IsMatch(names))
            || element.GetAttribute("role") is "menu" or "menubar" or "complementary" or "navigation" or "alert" or "alertdialog" or "dialog" or "banner" or "contentinfo");

    private static string Collapse(string text)
    {
        var result = new StringBuilder(text.Length);
        var space = false;
        foreach (var c in text)
        {
            if (char.IsWhiteSpace(c))
            {
                space = true;
                continue;
            }

            result.Append(space ? " " : "").Append(c);
            space = false;
        }

        return result.Append(space ? " " : "").ToString();
    }

    [GeneratedRegex(@"display\s*:\s*none|visibility\s*:\s*hidden", RegexOptions.IgnoreCase)]
    private static partial Regex Invisible();

    // Readability's list, and what Chinese sites call the same.
    [GeneratedRegex("-ad-|^ad-|_ad_|ad[-_]?box|advert|agegate|ai2html|banner|breadcrumb|caption|combx|comment|community|cookie|copyright|cover-wrap|dianzan|disqus|editor|extra|foot|gdpr|guanggao|header|hot-?news|legend|menu|newsletter|outbrain|pager|pagination|paging|popup|promo|qrcode|recommend|related|relate|remark|replies|rss|shang|share|shoutbox|sidebar|skyscraper|social|sponsor|subscribe|supplemental|taboola|tuijian|toolbar|widget|xiangguan|yom-remote")]
    private static partial Regex Unlikely();

    [GeneratedRegex("article|body|column|content|main|story|entry|zhengwen|neirong")]
    private static partial Regex Maybe();
}
