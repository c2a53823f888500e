using System.Text.RegularExpressions;
using Ziya.Corpus.Filtering;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Tests.Filtering;

public sealed partial class C4QualityTests
{
    private const string Five = "The river rose in the night. By noon it had reached the mill! Who would have thought so? Nobody slept. The bridge held.";

    private static readonly string[] Policies = ["terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies", "use cookies"];

    /// <summary>A page of five sentences and one line more: what becomes of the line, or of the page.</summary>
    [Theory]
    [InlineData("This line ends well.", true)]
    [InlineData("Is this one a question?", true)]
    [InlineData("\"Said in quotes, it stays\"", true)]
    [InlineData("This line does not end", false)]
    [InlineData("This line was cut off...", false)]
    [InlineData("Two words.", false)]
    [InlineData("Please turn on JavaScript to go on.", false)]
    [InlineData("This site uses cookies to be nice.", false)]
    [InlineData("Read our Privacy Policy before you go.", false)]
    [InlineData("By then they had left ”", false)]
    [InlineData("雨停了，我们走吧。", true)]
    [InlineData("他说：“雨停了，我们走吧。”", true)]
    [InlineData("他想说什么，又没有说……", true)]
    [InlineData("这一行被截断了…", false)]
    [InlineData("首页 关于我们 联系方式", false)]
    [InlineData("好的。", false)]
    public void Apply_OneLineMore_StaysWhereItEndsAndSaysSomething(string line, bool stays)
    {
        var verdict = Apply($"{Five}\n{line}");

        Assert.Null(verdict.Reason);
        Assert.Equal(stays ? $"{Five}\n{line}" : Five, verdict.Record!.Content);
    }

    [Theory]
    [InlineData("Here is Lorem Ipsum for you.", "lorem_ipsum")]
    [InlineData("A function has a { and so on.", "curly_bracket")]
    [InlineData("lorem ipsum dolor sit amet", null)]
    [InlineData("if (x) {", null)]
    [InlineData("JavaScript has a { like C has.", null)]
    public void Apply_PageRules_AskOnlyLinesThatWouldStay(string line, string? reason) => Assert.Equal(reason, Apply($"{Five}\n{line}").Reason);

    [Theory]
    [InlineData("One is here. Two are here. Three are here. Four are here.", "too_few_sentences")]
    [InlineData("One is here. Two are here. Three are here. Four are here. Five are here.", null)]
    [InlineData("Mr. Smith met Dr. Brown at 5 p.m. on the 3rd. He had read J. R. R. Tolkien, e.g. the last vol. of it. So it was.", "too_few_sentences")]
    [InlineData("雨停了。我们走吧！好不好？他点了点头，没有说话。", "too_few_sentences")]
    [InlineData("雨停了。我们走吧！好不好？他点了点头，没有说话。路上很静。", null)]
    [InlineData("", "too_few_sentences")]
    [InlineData("\n \n\t\n", "too_few_sentences")]
    public void Apply_Sentences_AreCounted(string text, string? reason) => Assert.Equal(reason, Apply(text).Reason);

    [Fact]
    public void Apply_Citations_AreCutOut()
    {
        Assert.Equal(Five, Apply("The river[1] rose in[edit] the night. By noon it had reached the mill![23] Who would have thought so? Nobody slept. The bridge held.[citation needed]").Record!.Content);
        Assert.Equal(Five + " [1]", Apply(Five + " [1]", new() { Citations = false, TerminalPunctuation = false }).Record!.Content);
    }

    [Fact]
    public void Apply_LongWord_TakesTheLineInEnglishAndNotInChinese()
    {
        var english = $"See {new string('x', 1001)} for more.";
        var chinese = string.Concat(Enumerable.Repeat("河水在夜里涨了起来", 200)) + "。";

        Assert.Equal($"{Five}\n{chinese}", Apply($"{Five}\n{english}\n{chinese}").Record!.Content);
    }

    [Fact]
    public void Apply_PageThatIsFine_IsTheSameRecord()
    {
        var record = new Document { Id = "d", Text = Five };

        Assert.Same(record, new C4Quality(new()).Apply(record).Record);
    }

    [Fact]
    public void Apply_Tag_LeavesTheTextAndWritesWhatItFound()
    {
        var step = new C4Quality(new() { Mode = RuleMode.Tag });
        var verdict = step.Apply(new Document { Id = "d", Text = "One line { is here.\nNo end\nTwo lines are there. And so on." });

        Assert.Equal("One line { is here.\nNo end\nTwo lines are there. And so on.", verdict.Record!.Content);
        Assert.Equal(
            new Dictionary<string, double>
            {
                ["c4_quality_kept_lines"] = 0.333333,
                ["c4_quality"] = 1,
                ["c4_quality_lorem_ipsum"] = 0,
                ["c4_quality_curly_bracket"] = 1,
                ["c4_quality_too_few_sentences"] = 2,
            },
            verdict.Record.Scores.ToDictionary());
        Assert.Equal(verdict.Record.Scores.Select(score => score.Key).Order(), step.Writes.Order());
    }

    /// <summary>Against the reference read line by line, on texts without Chinese: every choice of rules.</summary>
    [Fact]
    public void Apply_RandomEnglishPages_AreAsTheReferenceHasThem()
    {
        string[] parts =
        [
            "word", "The", "river rose", "e", ".", ". ", "!", "? ", "...", "\"", "'", " ", "\n", "\n\n", "\r\n", "\u2028", "\x1c", "[1]", "[edit]", "[citation needed]", "[x]", "javascript", "java[2]script", "Lorem Ipsum",
            "use cookies", "Use of Cookies.", "{", "\u00a0", "é", "\uD83D\uDE00", new string('y', 12), "”", "…", "a.m.", "Mr. ",
        ];
        var bools = new bool[6];
        for (var seed = 0; seed < 4000; seed++)
        {
            var random = new Random(seed);
            var text = string.Concat(Enumerable.Range(0, random.Next(0, 60)).Select(_ => parts[random.Next(parts.Length)]));
            for (var i = 0; i < bools.Length; i++)
            {
                bools[i] = random.Next(4) > 0;
            }

            var options = new C4QualityOptions
            {
                MinSentences = random.Next(0, 4),
                MinWordsPerLine = random.Next(0, 4),
                MaxWordLength = random.Next(2) * 11,
                TerminalPunctuation = bools[0],
                Citations = bools[1],
                LoremIpsum = bools[2],
                CurlyBracket = bools[3],
                Javascript = bools[4],
                Policies = bools[5],
            };
            var verdict = new C4Quality(options).Apply(new Document { Id = "d", Text = text });

            Assert.Equal(Reference(text, options), (verdict.Reason, verdict.Record?.Content));
        }
    }

    private static (string? Reason, string? Text) Reference(string text, C4QualityOptions options)
    {
        var (kept, sentences) = (new List<string>(), 0);
        foreach (var raw in LineEnd().Split(text))
        {
            var line = Strip(raw);
            var words = Space().Split(line).Where(word => word.Length > 0).ToList();
            if (options.MaxWordLength > 0 && words.Exists(word => word.EnumerateRunes().Count() > options.MaxWordLength))
            {
                continue;
            }

            line = options.Citations ? Citation().Replace(line, "") : line;
            var ends = line.Length > 0 && ".?!\"'".Contains(line[^1]) && !line.EndsWith("...", StringComparison.Ordinal);
            if ((options.TerminalPunctuation && !ends) || words.Count < options.MinWordsPerLine)
            {
                continue;
            }

            var lower = line.ToLowerInvariant();
            if (options.LoremIpsum && lower.Contains("lorem ipsum", StringComparison.Ordinal))
            {
                return ("lorem_ipsum", null);
            }

            if (options.Javascript && lower.Contains("javascript", StringComparison.Ordinal))
            {
                continue;
            }

            if (options.CurlyBracket && line.Contains('{', StringComparison.Ordinal))
            {
                return ("curly_bracket", null);
            }

            if (options.Policies && Policies.Any(policy => lower.Contains(policy, StringComparison.Ordinal)))
            {
                continue;
            }

            // Blank lines are lines of no sentence; the splitter itself is tested with examples.
            if (raw.Length > 0 && Strip(raw).Length > 0)
            {
                sentences += line.Length == 0 ? 0 : SentenceCount.Of(line, int.MaxValue);
                kept.Add(line);
            }
        }

        return sentences < options.MinSentences ? ("too_few_sentences", null) : (null, Strip(string.Join('\n', kept)));
    }

    private static string Strip(string text) => Edges().Replace(text, "");

    private static Verdict<Record> Apply(string text, C4QualityOptions? options = null) => new C4Quality(options ?? new()).Apply(new Document { Id = "d", Text = text });

    [GeneratedRegex("\r\n|[\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")]
    private static partial Regex LineEnd();

    [GeneratedRegex(@"[\s\x1c-\x1f]+")]
    private static partial Regex Space();

    [GeneratedRegex(@"^[\s\x1c-\x1f]+|[\s\x1c-\x1f]+$")]
    private static partial Regex Edges();

    [GeneratedRegex(@"\[\d*]|\[edit]|\[citation needed]")]
    private static partial Regex Citation();
}
