using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AngleSharp.Html.Parser;
using Ziya.Corpus.Reading;
using Ziya.Pipeline.Reading;

namespace Ziya.Benchmarks;

/// <summary>
/// <c>extract FOLDER [WORST]</c>: the article-extraction benchmark of Scrapinghub (html/*.html, ground-truth.json and, where it is there, output/*.json of other extractors), scored by its own rule: F1 over runs of four words, mean precision
/// and recall of the pages. <c>extract sites FOLDER</c>: Chinese pages in folders by site, against what selectors written for each site take out, over runs of four characters.
/// </summary>
internal static partial class ExtractBenchmark
{
    private const int Gram = 4;

    private static readonly Dictionary<string, string> Sites = new()
    {
        ["163"] = "#endText, .post_body, #content .post_text",
        ["sina"] = "#artibody, #article, .article",
        ["ifeng"] = "[class*='main_content'], #main_content",
        ["guancha"] = ".content.all-txt, .all-txt",
        ["toutiao"] = ".article-content, article",
        ["thepaper"] = ".news_txt, [class*='cententWrap']",
        ["qq"] = ".content-article",
        ["wechat"] = "#js_content",
        ["gamersky"] = ".Mid2L_con",
        ["huanqiu"] = ".l-con article, article section",
        ["baijiahao"] = ".article-content, [class*='articleWidth'], ._18p7x",
        ["sxmu"] = ".v_news_content",
        ["gzggw"] = ".zw, .article-content, #zoom, .content",
        ["cjddsb"] = ".article-content, .content",
    };

    /// <summary>Measures; the exit code.</summary>
    public static int Run(string[] args)
    {
        switch (args)
        {
            case ["sites", var folder]:
                return BySite(folder);
            case [var folder, .. var rest]:
                return Score(folder, rest is [var count] ? int.Parse(count, CultureInfo.InvariantCulture) : 0);
            default:
                Console.Error.WriteLine("extract FOLDER [WORST] | sites FOLDER");
                return 2;
        }
    }

    private static int Score(string folder, int worst)
    {
        var truth = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "ground-truth.json")))!.AsObject();
        var pages = truth.Select(entry => (entry.Key, Truth: (string?)entry.Value!["articleBody"] ?? "", Html: Read(Path.Combine(folder, "html", entry.Key + ".html")))).ToList();
        _ = Page.Of(pages[0].Html);
        var start = Environment.CpuUsage.TotalTime;
        var own = pages.Select(page => Page.Of(page.Html).Text).ToList();
        var seconds = (Environment.CpuUsage.TotalTime - start).TotalSeconds;
        var results = pages.Zip(own, (page, text) => (page.Key, Counts: Compare(Words(page.Truth), Words(text)), page.Truth, Text: text)).ToList();
        Report("extract", [.. results.Select(result => result.Counts)]);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{pages.Sum(page => (long)Encoding.UTF8.GetByteCount(page.Html)) / 1e6 / seconds:f1} MB of HTML/s, {pages.Count / seconds:f0} pages/s"));
        var outputs = Path.Combine(folder, "output");
        foreach (var path in Directory.Exists(outputs) ? Directory.GetFiles(outputs, "*.json") : [])
        {
            var output = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
            output = output["output"]?.AsObject() ?? output;
            Report(Path.GetFileNameWithoutExtension(path), [.. pages.Select(page => Compare(Words(page.Truth), Words((string?)output[page.Key]?["articleBody"] ?? "")))]);
        }

        foreach (var result in results.OrderBy(result => F1(Precision(result.Counts), Recall(result.Counts))).Take(worst))
        {
            Console.WriteLine(FormattableString.Invariant($"--- {result.Key} precision {Precision(result.Counts):f2} recall {Recall(result.Counts):f2}\nTRUTH {Shown(result.Truth)}\nOURS  {Shown(result.Text)}"));
        }

        return 0;
    }

    private static int BySite(string folder)
    {
        var all = new List<(double, double, double)>();
        foreach (var path in Directory.GetFiles(folder, "*.html", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var html = Read(path);
            using var document = new HtmlParser().ParseDocument(html);
            var site = Path.GetFileName(Path.GetDirectoryName(path))!;
            var article = Sites.TryGetValue(site, out var selector) ? document.QuerySelectorAll(selector).MaxBy(element => element.TextContent.Length) : null;
            article?.QuerySelectorAll("script,style").ToList().ForEach(element => element.Parent!.RemoveChild(element));
            var page = Page.Of(html);
            if (article is null)
            {
                Console.WriteLine($"{path}: no selector; {page.Title} {page.Published} | {Shown(page.Text)}");
                continue;
            }

            var counts = Compare(Characters(article.TextContent), Characters(page.Text));
            all.Add(counts);
            Console.WriteLine(FormattableString.Invariant($"{path}: precision {Precision(counts):f3} recall {Recall(counts):f3} {page.Title} {page.Published}{(F1(Precision(counts), Recall(counts)) < 0.9 ? $"\n  SITE {Shown(string.Concat(Characters(article.TextContent)))}\n  OURS {Shown(page.Text)}" : "")}"));
        }

        Report($"{all.Count} pages", all);
        return 0;
    }

    private static string Read(string path)
    {
        var bytes = File.ReadAllBytes(path);
        return (WebEncoding.Of(bytes, null) ?? Encoding.UTF8).GetString(bytes);
    }

    private static string Shown(string text) => text.Length <= 300 ? text.ReplaceLineEndings(" / ") : $"{text[..200].ReplaceLineEndings(" / ")} ... {text[^100..].ReplaceLineEndings(" / ")} ({text.Length})";

    private static void Report(string name, List<(double Tp, double Fp, double Fn)> counts)
    {
        var precision = counts.Where(count => count.Tp + count.Fp > 0).Average(Precision);
        var recall = counts.Where(count => count.Tp + count.Fn > 0).Average(Recall);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-20} F1 {F1(precision, recall):f3}, precision {precision:f3}, recall {recall:f3}"));
    }

    private static double F1(double precision, double recall) => precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall);

    private static double Precision((double Tp, double Fp, double Fn) count) => count.Fp == 0 && count.Fn == 0 ? 1 : count.Tp == 0 ? 0 : count.Tp / (count.Tp + count.Fp);

    private static double Recall((double Tp, double Fp, double Fn) count) => count.Fp == 0 && count.Fn == 0 ? 1 : count.Tp == 0 ? 0 : count.Tp / (count.Tp + count.Fn);

    private static (double Tp, double Fp, double Fn) Compare(string[] truth, string[] text)
    {
        var (expected, found) = (Grams(truth), Grams(text));
        double tp = 0, fp = 0, fn = 0;
        foreach (var gram in expected.Keys.Union(found.Keys))
        {
            var (a, b) = (expected.GetValueOrDefault(gram), found.GetValueOrDefault(gram));
            (tp, fp, fn) = (tp + Math.Min(a, b), fp + Math.Max(0, b - a), fn + Math.Max(0, a - b));
        }

        return (tp, fp, fn);
    }

    private static Dictionary<string, int> Grams(string[] words) => Enumerable.Range(0, Math.Max(1, words.Length - Gram + 1))
        .Select(i => string.Join(' ', words.Skip(i).Take(Gram))).Where(gram => gram.Length > 0).CountBy(gram => gram).ToDictionary();

    private static string[] Words(string text) => [.. Word().Matches(text).Select(match => match.Value)];

    private static string[] Characters(string text) => [.. text.Where(char.IsLetterOrDigit).Select(c => c.ToString())];

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();
}
