using System.Text.RegularExpressions;

namespace Ziya.Corpus.Reading;

/// <summary>
/// Finds the part of a page that holds its main text, the way of Readability (Arc90 2009; Mozilla, https://github.com/mozilla/readability), with letters weighed so that Chinese pages are judged as English ones are.
/// </summary>
/// <remarks>
/// <list type="number">
/// <item>Each block with a text of its own speaks for the element around it: by its length, and its commas, which menus do not have. Half as much for the one around that, and less further out.</item>
/// <item>What an element is called counts, and the share of its letters in links against it.</item>
/// <item>The best element is taken, a larger one where several good ones share it.</item>
/// <item>Beside it what is nearly as good, or is a paragraph in whole sentences.</item>
/// <item>Inside of it what is mostly links, or called like something else, goes.</item>
/// </list>
/// </remarks>
internal static partial class MainText
{
    private const int LeastParagraph = 25;
    private const int MostLevels = 6;

    /// <summary>The parts of a page that hold its main text, in order.</summary>
    public static List<PageNode> Find(PageNode page)
    {
        // 1. and 2.
        var scored = new List<PageNode>();
        Speak(page, scored);
        foreach (var node in scored)
        {
            node.Score *= 1 - node.LinkDensity;
        }

        // 3.
        var best = scored.MaxBy(node => node.Score);
        if (best is null)
        {
            // Short lines only: they are what there is.
            return [page];
        }

        best = Widen(best, scored);

        // 4.
        var parts = best.Parent is { } parent ? parent.Children.Where(node => node == best || Belongs(node, best)).ToList() : [best];

        // 5.
        parts.ForEach(part => Prune(part, part));
        return parts;
    }

    private static void Speak(PageNode node, List<PageNode> scored)
    {
        foreach (var child in node.Children)
        {
            if (child.Tag.Length > 0)
            {
                Speak(child, scored);
            }
        }

        if (!node.IsBlock || node.OwnLength < LeastParagraph)
        {
            return;
        }

        // A text with line breaks in it is as many paragraphs.
        var paragraphs = 1 + node.Children.Count(child => child.Tag == "br");
        var own = node.Children.Where(child => !child.IsBlock).Sum(child => child.Commas);
        var score = 1 + own + Math.Min(node.OwnLength / 100.0, 3 * paragraphs);
        var at = node.Tag is "div" or "td" or "section" or "article" or "main" or "body" or "center" ? node : node.Parent;
        for (var level = 0; level < MostLevels && at is not null && at.Tag != "html"; level++, at = at.Parent)
        {
            if (at.Score is null)
            {
                at.Score = Base(at) + Weight(at.Names);
                scored.Add(at);
            }

            at.Score += score / (level == 0 ? 1 : level == 1 ? 2 : level * 3);
        }
    }

    private static double Base(PageNode node) => node.Tag switch
    {
        "article" or "main" => 10,
        "div" => 5,
        "pre" or "td" or "blockquote" => 3,
        "address" or "ol" or "ul" or "dl" or "dd" or "dt" or "li" or "form" => -3,
        "h1" or "h2" or "h3" or "h4" or "h5" or "h6" or "th" => -5,
        _ => 0,
    };

    private static double Weight(string names) => (Negative().IsMatch(names) ? -25 : 0) + (Positive().IsMatch(names) ? 25 : 0);

    private static PageNode Widen(PageNode best, List<PageNode> scored)
    {
        const int LeastShared = 3;
        const int MostRivals = 8;
        var score = best.Score!.Value;
        var rivals = scored.Where(node => node != best && node.Score >= 0.75 * score).OrderByDescending(node => node.Score).Take(MostRivals).ToList();
        for (var around = best.Parent; around is not null && around.Tag is not ("body" or "html"); around = around.Parent)
        {
            if (rivals.Count(rival => IsWithin(rival, around)) >= LeastShared)
            {
                best = around;
                break;
            }
        }

        // What is around it is better where the text is spread over several of its children.
        score = best.Score ?? score;
        var last = score;
        for (var around = best.Parent; around is { Score: { } better, Tag: not ("body" or "html") } && better >= last / 3; around = around.Parent)
        {
            if (better > last)
            {
                return around;
            }

            last = better;
        }

        while (best.Parent is { Tag: not ("body" or "html") } only && only.Children.Count(child => child.Length > 0) == 1)
        {
            best = only;
        }

        return best;
    }

    private static bool IsWithin(PageNode node, PageNode around)
    {
        for (var at = node.Parent; at is not null; at = at.Parent)
        {
            if (at == around)
            {
                return true;
            }
        }

        return false;
    }

    private static bool Belongs(PageNode node, PageNode best)
    {
        const int LongParagraph = 80;
        var bonus = best.Names.Length > 1 && node.Names == best.Names ? best.Score * 0.2 : 0;
        return node.Score + bonus >= Math.Max(10, (best.Score ?? 0) * 0.2)
            || (node.Tag == "p" && node.Length > 0 && (node.Length > LongParagraph ? node.LinkDensity < 0.25 : node.Links == 0 && EndsSentence(node)));
    }

    private static bool EndsSentence(PageNode node) => PageText.Of([node]) is { Length: > 0 } text && ".。!！?？”\"".Contains(text[^1], StringComparison.Ordinal);

    private static void Prune(PageNode node, PageNode part)
    {
        node.Children.RemoveAll(child => child.IsBlock && IsForeign(child, part));
        foreach (var child in node.Children)
        {
            Prune(child, part);
        }
    }

    private static bool IsForeign(PageNode node, PageNode part)
    {
        const int Menu = 200;
        if (node.Length == 0)
        {
            return false;
        }

        const int ShortLine = 120;
        if (node.Length < ShortLine && (Byline().IsMatch(node.Names) || Credit().IsMatch(PageText.Of([node]))))
        {
            return true;
        }

        var weight = Weight(node.Names);
        return node.Tag switch
        {
            "figcaption" or "h1" or "dialog" => true,
            "p" or "h2" or "h3" or "h4" or "h5" or "h6" => (node.LinkDensity > 0.9 && node.Length < Menu && node.Links > 0 && node.Tag == "p") || (weight < 0 && node.LinkDensity > 0.3),
            // Some sites have the whole page in a form.
            "form" => node.Length < part.Length / 3,
            "pre" or "blockquote" or "td" or "tr" or "tbody" => false,
            _ when weight < 0 => node.Length < part.Length / 2,
            "li" => node.LinkDensity > 0.8,
            _ => node.Commas < 10 && node.LinkDensity > (weight > 0 ? 0.5 : 0.3) && node.Length < part.Length / 2,
        };
    }

    // Who wrote it, where it is from and when.
    [GeneratedRegex("byline|author|dateline|pub-?time|pub-?date|publish|time-?source|post-?(?:info|meta|time)|article-?info|art-?info|laiyuan")]
    private static partial Regex Byline();

    [GeneratedRegex(@"\A(?:By [A-Z][^.!?,]*|[(（【\[]?(?:来源|來源|作者|责任编辑|責任編輯|编辑|編輯|原标题|原標題|稿源|发布时间|發布時間|发布日期)\s*[:：][^\n。]*|\d{4}\s*[-年/.]\s*\d{1,2}\s*[-月/.]\s*\d{1,2}[^\n。，]*)\z")]
    private static partial Regex Credit();

    [GeneratedRegex("article|artical|body|content|entry|hentry|h-entry|main|page|post|text|blog|story|zhengwen|neirong|detail")]
    private static partial Regex Positive();

    [GeneratedRegex("-ad-|hidden|^hid$| hid$| hid |banner|combx|comment|com-|contact|foot|gdpr|masthead|meta|outbrain|promo|relate|scroll|share|shoutbox|sidebar|skyscraper|sponsor|shopping|tags?$|tags |tool|widget|author|byline|dateline|recommend|newsletter|subscribe|signup")]
    private static partial Regex Negative();
}
