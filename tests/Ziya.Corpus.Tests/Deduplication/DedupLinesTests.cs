using System.Globalization;
using System.Text.RegularExpressions;
using Ziya.Corpus.Deduplication;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Tests.Deduplication;

public sealed partial class DedupLinesTests
{
    private static readonly DedupLinesOptions All = new() { MinWords = 0 };
    private static readonly string[] Pieces =
    [
        "水库的水位涨了。", "水库的水位涨了！", "第3天，雨停了。", "第 8 天，雨停了。", "The water rose.", "the  WATER rose!", "It was day 3.", "It was day 9?", "——", "{", "首页", "ＡＢＣ", "abc",
    ];

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 2)]
    [InlineData(7, 3)]
    public void Run_RandomTexts_RemovesWhatWasSeenBefore(int shards, int partitions)
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            var unit = (SpanUnit)random.Next(3);
            var options = All with { Unit = unit, Span = random.Next(1, 4), MinLetters = random.Next(1, 8), Note = false };
            var separator = unit switch { SpanUnit.Line => "\n", SpanUnit.Paragraph => "\n\n", _ => "\n" };
            var records = Enumerable.Range(0, random.Next(1, 25))
                .Select(i => Text($"d{i}", string.Join(separator, Enumerable.Range(0, random.Next(0, 12)).Select(_ => Pieces[random.Next(Pieces.Length)])))).ToList<Record>();

            var results = Run(options, records, shards, partitions);

            Assert.Equal(Obvious(options, records, separator), results.Select(result => result.Drop is null ? ((Document)result.Record).Text : ""));
        }
    }

    [Theory]
    [InlineData(SpanUnit.Line, "版权所有\n正文甲。\n更多", "版权所有\n正文乙。\n\n更多\n尾", "正文乙。\n\n尾")]
    [InlineData(SpanUnit.Line, "Home\r\nOne.\r\n", "HOME!\r\nTwo.\r\n", "Two.\r\n")]
    [InlineData(SpanUnit.Paragraph, "甲一。\n甲二。\n\n乙。", "丙。\n\n甲一\n甲二\n\n丁。", "丙。\n\n丁。")]
    [InlineData(SpanUnit.Sentence, "一。二。三。四。", "零。二。三。四。五。", "零。五。")]
    [InlineData(SpanUnit.Sentence, "Mr. A came. He saw. He won.", "So: Mr. A came. He saw. He won. End.", "So: Mr. A came. He saw. He won. End.")]
    [InlineData(SpanUnit.Sentence, "A came. B saw. C won.", "Then a came! \"B saw.\" C won. Dee. A came. B saw. C won. End.", "Then a came! \"B saw.\" C won. Dee. End.")]
    public void Run_SeenBefore_LeavesTheRest(SpanUnit unit, string first, string second, string left)
    {
        var results = Run(All with { Unit = unit }, [Text("1", first), Text("2", second)], 2, 2);

        Assert.Equal(first, ((Document)results[0].Record).Text);
        Assert.Equal(left, ((Document)results[1].Record).Text);
    }

    [Fact]
    public void Run_Removed_IsToldWithItsKeeper()
    {
        List<Record> records = [Text("甲", "首页 | 关于\n昨天下了雨。"), Text("乙", "今天天晴。\n首页|关于\n昨天下了雨。\n完。")];

        var record = Run(All, records, 2, 1)[1].Record;

        Assert.Equal("今天天晴。\n完。", ((Document)record).Text);
        Assert.True(record.Scores.TryGet("removed", out var share));
        Assert.Equal(1 - (8.0 / 21), share, 1e-4);
        var note = System.Text.Json.Nodes.JsonNode.Parse(record.Meta.GetText("removed_lines")!)!.AsArray();
        Assert.Equal("首页|关于 甲 0:0 0", $"{note[0]!["text"]} {note[0]!["keeper_id"]} {note[0]!["keeper_at"]} {note[0]!["keeper_span"]}");
        Assert.Single(note);
    }

    [Theory]
    [InlineData("首页\n关于我们", "seen_before")]
    [InlineData("首页\n关于我们\n雨停了", "too_little_left")]
    [InlineData("首页\n只有这一行是新的而且足够长的一句话", null)]
    public void Run_LittleLeft_IsDropped(string text, string? reason)
    {
        List<Record> records = [Text("甲", "首页\n关于我们\n短"), Text("乙", text)];

        var results = Run(new DedupLinesOptions { MinWords = 10 }, records, 1, 1);

        Assert.Null(results[0].Drop);
        Assert.Equal(reason, results[1].Drop?.Reason);
        Assert.Equal(reason is null ? null : "甲", (string?)results[1].Drop?.Detail!["keeper_id"]);
    }

    [Theory]
    [InlineData("zh")]
    [InlineData("en")]
    public void Run_PlantedBoilerplate_GoesAndNothingElse(string language)
    {
        var texts = new RandomTexts(language, 7);
        string[] planted = [.. Enumerable.Range(0, 20).Select(_ => texts.Join(texts.Words(12)))];
        var random = new Random(3);
        var own = Enumerable.Range(0, 300).Select(_ => Enumerable.Range(0, 8).Select(_ => texts.Join(texts.Words(15))).ToArray()).ToList();
        var records = own.Select((lines, i) => (Record)Text($"{i}", string.Join('\n', [planted[random.Next(20)], .. lines, planted[random.Next(20)].ToUpperInvariant()]))).ToList();

        var results = Run(All, records, 4, 3);

        var found = results.Select(result => ((Document)result.Record).Text.Split('\n')).ToList();
        Assert.All(found.Zip(own), pair => Assert.Empty(pair.Second.Except(pair.First)));
        Assert.Equal(20, found.Sum(lines => lines.Length) - own.Sum(lines => lines.Length));
    }

    [Fact]
    public void Run_HostileTexts_AreTakenAsTheyAre()
    {
        List<Record> records =
        [
            Text("a", string.Concat(Enumerable.Repeat("word\n", 200_000))), Text("b", new string('长', 1 << 20)), Text("c", "\ud800\n\ud800\n"), Text("", "\n\n \n"),
            Text(new string('长', 4000), "😀😀\n😀😀"), Text("f", new string('.', 1 << 20)), Text("g", string.Concat(Enumerable.Repeat("a. ", 300_000))),
        ];

        foreach (var unit in Enum.GetValues<SpanUnit>())
        {
            var results = Run(All with { Unit = unit, Span = 1 }, records, 3, 2);

            Assert.Equal(unit == SpanUnit.Paragraph ? records[0].Content : "word\n".TrimEnd(), ((Document)results[0].Record).Text);
            Assert.Equal(records[1].Content, ((Document)results[1].Record).Text);
        }
    }

    [Theory]
    [InlineData("他说：“走吧。”然后走了。", "他说：“走吧。”|然后走了。")]
    [InlineData("真的吗？！是的……好。", "真的吗？！|是的……|好。")]
    [InlineData("It is 3.5 m, i.e. long. \"Yes?\" No!", "It is 3.5 m, i.e. long. |\"Yes?\" |No!")]
    [InlineData("用了v2.0。see J. Doe.\n next\n\n", "用了v2.0。|see J. Doe.\n| next\n\n")]
    public void Cut_Sentences_InBothLanguages(string text, string cut)
    {
        var starts = new List<int>();
        SpanCutter.Cut(text, SpanUnit.Sentence, starts);

        Assert.Equal(cut.Split('|'), starts.Select((start, i) => text[start..(i + 1 < starts.Count ? starts[i + 1] : text.Length)]));
    }

    private static List<(Record Record, Drop? Drop)> Run(DedupLinesOptions options, IReadOnlyList<Record> records, int shards, int partitions) =>
        GlobalStepRunner.Run(() => new DedupLines(options), records, shards, partitions);

    /// <summary>The oracle: a set of all that was seen, in the order of the input.</summary>
    private static List<string> Obvious(DedupLinesOptions options, List<Record> records, string separator)
    {
        var seen = new HashSet<string>();
        return records.ConvertAll(record =>
        {
            var pieces = record.Content.Split(separator, StringSplitOptions.RemoveEmptyEntries);
            var goes = new bool[pieces.Length];
            var lettered = Enumerable.Range(0, pieces.Length).Where(i => Normal(pieces[i]).Length > 0).ToList();
            for (var i = 0; i + options.Span <= lettered.Count; i++)
            {
                var normal = string.Join('|', Enumerable.Range(i, options.Span!.Value).Select(at => Normal(pieces[lettered[at]])));
                if (normal.Count(c => c != '|') >= options.MinLetters && !seen.Add(normal))
                {
                    Array.Fill(goes, true, lettered[i], lettered[i + options.Span!.Value - 1] - lettered[i] + 1);
                }
            }

            return string.Join(separator, pieces.Where((_, i) => !goes[i]));
        });
    }

    private static string Normal(string piece) =>
        Digits().Replace(string.Concat(piece.Normalize(System.Text.NormalizationForm.FormKC).ToLower(CultureInfo.InvariantCulture).Where(char.IsLetterOrDigit)), "0");

    private static Document Text(string id, string text) => new() { Id = id, Text = text };

    [GeneratedRegex("[0-9]")]
    private static partial Regex Digits();
}
