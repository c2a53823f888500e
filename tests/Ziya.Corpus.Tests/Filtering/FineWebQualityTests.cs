using System.Text.RegularExpressions;
using Ziya.Corpus.Filtering;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Tests.Filtering;

public sealed partial class FineWebQualityTests
{
    private const string Prose = "The river rose in the night, and by noon it had reached the mill. Nobody slept.";
    private const string Chinese = "河水在夜里涨了起来，到中午已经漫到了磨坊，谁也没有睡觉。";

    private static readonly string[] Marks = [".", "!", "?", "。", "𑁇"];

    [Theory]
    [InlineData(Prose, null)]
    [InlineData(Chinese, null)]
    [InlineData("", "empty")]
    [InlineData(" \n\t\n", "empty")]
    [InlineData("No line of these ends\nwith a mark that ends\na sentence at all", "line_punct_ratio")]
    [InlineData("首页\n关于我们\n联系方式", "line_punct_ratio")]
    [InlineData("It rained.\nWe left.\nWe slept.", "short_line_ratio")]
    [InlineData(Prose + "\n" + Prose, "char_dup_ratio")]
    [InlineData(Chinese + "\n" + Chinese, "char_dup_ratio")]
    [InlineData("一、雨。\n二、风。\n三、雪。\n四、霜。", "list_ratio")]
    public void Apply_Text_IsDroppedForTheFirstRule(string text, string? reason) => Assert.Equal(reason, Apply(text).Reason);

    /// <summary>The published limits, at the value and beside it.</summary>
    [Theory]
    [InlineData(100, 12, 0, 0, null)]
    [InlineData(100, 11, 0, 0, "line_punct_ratio")]
    [InlineData(100, 100, 67, 0, null)]
    [InlineData(100, 100, 68, 0, "short_line_ratio")]
    [InlineData(100, 100, 0, 1, null)]
    [InlineData(100, 100, 0, 2, "char_dup_ratio")]
    public void Apply_AtALimit_Stays(int lines, int ended, int shorter, int repeated, string? reason)
    {
        // Long lines of 60 characters, short ones of 30, all different but for the repeated.
        var text = string.Join('\n', Enumerable.Range(0, lines).Select(i =>
        {
            var number = i < repeated ? 999 : i == lines - 1 && repeated > 0 ? 999 : i;
            var words = $"line {number:000} " + string.Join(' ', Enumerable.Repeat("word", 10));
            return words[..(i < shorter ? 29 : 58)].TrimEnd().PadRight(i < shorter ? 29 : 58, 'x') + (i < ended ? "." : "x");
        }));

        Assert.Equal(reason, Apply(text).Reason);
    }

    [Fact]
    public void Apply_LineEnds_AreCountedAgainstWords()
    {
        // Ten lines of three words and a point are 40 words and signs and nine line ends: 0.225.
        var text = string.Join('\n', Enumerable.Range(0, 10).Select(i => $"incomprehensible{i} counterrevolutionary internationalisation."));

        Assert.Null(Apply(text).Reason);
        Assert.Equal("list_ratio", Apply(text, new() { MaxLineEnds = 0.22 }).Reason);
        Assert.Null(Apply(text, new() { MaxLineEnds = 0.225 }).Reason);
    }

    [Fact]
    public void Apply_Language_DecidesTheLimits()
    {
        // Two of twelve characters stand again.
        var text = string.Join('\n', Enumerable.Range(0, 15).Select(i => $"{(char)('一' + i)}河水在夜里涨了起来，到中午已经漫到了磨坊。")) + "\n一河水在夜里涨了起来，到中午已经漫到了磨坊。";

        Assert.Null(new FineWebQuality(new()).Apply(new Document { Id = "d", Text = text, Language = "zh" }).Reason);
        Assert.Null(new FineWebQuality(new()).Apply(new Document { Id = "d", Text = text }).Reason);
        Assert.Equal("short_line_ratio", new FineWebQuality(new()).Apply(new Document { Id = "d", Text = text, Language = "en" }).Reason);
    }

    [Fact]
    public void Apply_Tag_WritesEveryValue()
    {
        var step = new FineWebQuality(new() { Mode = RuleMode.Tag });
        var record = step.Apply(new Document { Id = "d", Text = $"{Prose}\n{Prose}\nHome" }).Record!;

        Assert.Equal(
            new Dictionary<string, double>
            {
                ["fineweb_quality"] = 1,
                ["fineweb_quality_empty"] = 0,
                ["fineweb_quality_line_punct_ratio"] = 0.666667,
                ["fineweb_quality_short_line_ratio"] = 0.333333,
                ["fineweb_quality_char_dup_ratio"] = 0.487654,
                ["fineweb_quality_list_ratio"] = 0.051282,
            },
            record.Scores.ToDictionary());
        Assert.Equal(record.Scores.Select(score => score.Key), step.Writes);
    }

    [Fact]
    public void Apply_RandomTexts_AreAsTheReferenceHasThem()
    {
        string[] parts = ["word", "The river", ".", "!", "?", "。", "\"", " ", " ", "\n", "\n", "\n\n", "\r", "\x1c", "same line.\n", "same line.\n", "河水", "é", "\uD83D\uDE00", "𑁇", "…", "_", "3.14", "\u2028"];
        for (var seed = 0; seed < 4000; seed++)
        {
            var random = new Random(seed);
            var text = string.Concat(Enumerable.Range(0, random.Next(0, 60)).Select(_ => parts[random.Next(parts.Length)]));
            var options = new FineWebQualityOptions
            {
                MinLinePunctuation = random.NextDouble() / 2,
                MaxShortLines = random.NextDouble(),
                ShortLine = random.Next(1, 30),
                MaxDuplicates = random.NextDouble() / 2,
                MaxLineEnds = random.NextDouble(),
            };

            var found = new FineWebQuality(options).Apply(new Document { Id = "d", Text = text, Language = "en" }).Reason;
            Assert.Equal(Reference(text, options), found);
            Assert.Equal(found is null ? 0 : 1, Tagged(text, options with { Mode = RuleMode.Tag }));
        }
    }

    private static double Tagged(string text, FineWebQualityOptions options)
    {
        var record = new FineWebQuality(options).Apply(new Document { Id = "d", Text = text, Language = "en" }).Record!;
        return record.Scores.TryGet("fineweb_quality", out var value) ? value : -1;
    }

    private static string? Reference(string text, FineWebQualityOptions options)
    {
        var lines = text.Split('\n').Where(line => Blank().Replace(line, "").Length > 0).ToList();
        if (lines.Count == 0)
        {
            return "empty";
        }

        if (lines.Count(line => Marks.Any(mark => line.EndsWith(mark, StringComparison.Ordinal))) / (double)lines.Count < options.MinLinePunctuation)
        {
            return "line_punct_ratio";
        }

        if (lines.Count(line => Length(line) <= options.ShortLine) / (double)lines.Count > options.MaxShortLines)
        {
            return "short_line_ratio";
        }

        var seen = new HashSet<string>();
        if (lines.Where(line => !seen.Add(line)).Sum(Length) / (double)Length(text.Replace("\n", "", StringComparison.Ordinal)) > options.MaxDuplicates)
        {
            return "char_dup_ratio";
        }

        // A Han character is 1 / 1.6 words; the rest are runs of letters and digits, and other signs one by one.
        var words = (Word().Count(text) * 1.0) + (text.Count(c => c is '河' or '水') / 1.6);
        return text.Count(c => c == '\n') / words > options.MaxLineEnds ? "list_ratio" : null;
    }

    private static int Length(string text) => text.EnumerateRunes().Count();

    private static Verdict<Record> Apply(string text, FineWebQualityOptions? options = null) => new FineWebQuality(options ?? new()).Apply(new Document { Id = "d", Text = text });

    [GeneratedRegex(@"[\s\x1c-\x1f]")]
    private static partial Regex Blank();

    [GeneratedRegex(@"[\wé-[河水]]+|[\uD800-\uDBFF][\uDC00-\uDFFF]|[^\w\s\x1c-\x1f]")]
    private static partial Regex Word();
}
