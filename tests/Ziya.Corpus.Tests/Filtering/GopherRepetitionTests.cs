using System.Text;
using System.Text.RegularExpressions;
using Ziya.Corpus.Filtering;
using Ziya.Corpus.Tests.Fixtures;
using Ziya.Pipeline.Records;

namespace Ziya.Corpus.Tests.Filtering;

public sealed partial class GopherRepetitionTests
{
    private static readonly GopherRepetitionOptions Off = new()
    {
        MaxLines = 1,
        MaxLineCharacters = 1,
        MaxParagraphs = 1,
        MaxParagraphCharacters = 1,
        MaxTop = [1, 1, 1],
        MaxRepeated = [1, 1, 1, 1, 1, 1],
        MinWords = 0,
    };

    [Fact]
    public void Apply_PlantedRepetition_IsAllDropped()
    {
        var step = new GopherRepetition(new GopherRepetitionOptions());

        Assert.All(SampleCorpus.Ids("repetitive"), id => Assert.NotNull(step.Apply(SampleCorpus.Documents[id]).Reason));
        Assert.Empty(SampleCorpus.Good().Where(document => step.Apply(document).Record is null).Select(document => document.Id));
    }

    [Fact]
    public void Narrow_RandomTexts_FindsWhatTheObviousSearchDoes()
    {
        var grams = new GramRepetition();
        for (var seed = 0; seed < 600; seed++)
        {
            var random = new Random(seed);
            var text = RandomText(random);
            grams.Read(text);
            var words = Word().Matches(text).Select(match => match.Value).ToArray();
            var length = random.Next(1, 4);
            for (var step = 0; step < 5; step++, length += random.Next(0, 4))
            {
                grams.Narrow(length);
                var (top, repeated) = Obvious(words, length);
                Assert.Equal(top, grams.Top, 9);
                Assert.Equal(repeated, grams.Repeated, 9);
            }
        }
    }

    [Fact]
    public void Read_RandomLines_CountsAsTheObviousSearchDoes()
    {
        var repetition = new LineRepetition();
        string[] parts = ["", " ", "甲乙。", " a b ", "a b", "丙\t"];
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var text = string.Join('\n', Enumerable.Range(0, random.Next(0, 30)).Select(_ => parts[random.Next(parts.Length)]));
            repetition.Read(text);

            var lines = text.Split('\n').Select(line => line.Trim()).ToList();
            var paragraphs = Regex.Split(string.Join('\n', lines), "\n\n+").Select(paragraph => paragraph.Trim('\n')).ToList();
            Assert.Equal(Again(lines, line => line.Length), (repetition.Lines, repetition.LineCharacters));
            Assert.Equal(Again(paragraphs, paragraph => paragraph.Replace("\n", "").Length), (repetition.Paragraphs, repetition.ParagraphCharacters));
        }
    }

    [Theory]
    [InlineData("zh", "春天来了，河边的柳树又发芽了，孩子们在草地上放风筝。", 0)]
    [InlineData("zh", "春天来了河边的柳树发芽了。春天来了河边的柳树发芽了。", 0.5)]
    [InlineData("zh-Hant", "電車在港島走了超過一百年。電車在港島走了超過一百年。", 0.5)]
    [InlineData("en", "a river runs through the town, and a river runs through the town", 0.4706)]
    public void Apply_KeptText_HasTheShareThatStoodBefore(string script, string text, double share)
    {
        var kept = new GopherRepetition(Off).Apply(new Document { Id = script, Text = text }).Record!;

        Assert.True(kept.Scores.TryGet("repetition", out var score));
        Assert.Equal(share, score, 3);
    }

    [Theory]
    [InlineData("repeated_lines", "甲。\n乙。\n丙。\n甲。\n乙。")]
    [InlineData("repeated_line_characters", "一条很长很长的行在这里。\nb\nc\nd\ne\nf\ng\n一条很长很长的行在这里。")]
    [InlineData("repeated_paragraphs", "甲\n乙\n\n丙\n\n甲\n乙\n\n丙")]
    [InlineData("repeated_paragraph_characters", "one two\nthree four\n\nb\n\nc\n\nd\n\none two\nthree four")]
    [InlineData("top_2_gram", "buy now and buy now or buy now")]
    [InlineData("top_3_gram", "please buy now x please buy now y please buy now")]
    [InlineData("top_4_gram", "please do buy now x please do buy now y please do buy now")]
    [InlineData("repeated_5_gram", "one two three four five and one two three four five")]
    [InlineData("repeated_10_gram", "苏城搬家公司哪家好又便宜呢请看这里。苏城搬家公司哪家好又便宜呢请看这里。")]
    public void Limit_OfARule_DecidesAloneAndGivesItsReason(string reason, string text)
    {
        var options = reason switch
        {
            "repeated_lines" => Off with { MaxLines = 0.3 },
            "repeated_line_characters" => Off with { MaxLineCharacters = 0.2 },
            "repeated_paragraphs" => Off with { MaxParagraphs = 0.3 },
            "repeated_paragraph_characters" => Off with { MaxParagraphCharacters = 0.2 },
            "top_2_gram" => Off with { MaxTop = [0.2, 1, 1] },
            "top_3_gram" => Off with { MaxTop = [1, 0.18, 1] },
            "top_4_gram" => Off with { MaxTop = [1, 1, 0.16] },
            "repeated_5_gram" => Off with { MaxRepeated = [0.15, 1, 1, 1, 1, 1] },
            _ => Off with { MaxRepeated = [1, 1, 1, 1, 1, 0.1] },
        };
        var record = new Document { Id = "d", Text = text };

        var verdict = new GopherRepetition(options).Apply(record);

        Assert.Equal(reason, verdict.Reason);
        Assert.True((double)verdict.Detail!["value"]! > (double)verdict.Detail["limit"]!);
        Assert.Null(new GopherRepetition(Off).Apply(record).Reason);
    }

    [Theory]
    [InlineData("please buy now x please buy now y please buy now", 11)]
    [InlineData("不错，下次再来购买！不错，下次再来购买！", 10)]
    public void MinWords_ShorterText_IsNotAskedForRuns(string text, int words)
    {
        var record = new Document { Id = "d", Text = text };

        Assert.NotNull(new GopherRepetition(new() { MinWords = words }).Apply(record).Reason);
        Assert.Null(new GopherRepetition(new() { MinWords = words + 1 }).Apply(record).Reason);
    }

    [Fact]
    public void CharactersPerWord_OfChinese_IsTheLengthOfRuns()
    {
        // Five characters again: a run of 5 words if a character is one, too short for it if 1.6 are.
        var record = new Document { Id = "d", Text = "风筝飞得高，云走得慢，风筝飞得高" };
        var options = Off with { MaxRepeated = [0.15, 1, 1, 1, 1, 1] };

        Assert.Null(new GopherRepetition(options).Apply(record).Reason);
        Assert.Equal("repeated_5_gram", new GopherRepetition(options with { CharactersPerWord = 1 }).Apply(record).Reason);
    }

    [Theory]
    [InlineData("")]
    [InlineData("。")]
    [InlineData("a")]
    [InlineData("\ud800\ud800")]
    [InlineData("词")]
    public void Apply_HardlyAnyText_IsKept(string text) => Assert.Null(new GopherRepetition(new()).Apply(new Document { Id = "d", Text = text }).Reason);

    [Fact]
    public void Apply_AMillionWords_LooksAtTheFirst()
    {
        var text = string.Concat(Enumerable.Range(0, 1_000_000).Select(i => $"{i} "));

        Assert.Null(new GopherRepetition(new()).Apply(new Document { Id = "d", Text = text }).Reason);
    }

    [Fact]
    public void Check_Limits_MustBeOneARun()
    {
        Assert.Empty(new GopherRepetition(Off).Check());
        Assert.Single(new GopherRepetition(Off with { MaxTop = [0.2] }).Check());
        Assert.Single(new GopherRepetition(Off with { MaxRepeated = [] }).Check());
    }

    private static (double Count, double Characters) Again(List<string> parts, Func<string, int> length)
    {
        parts.RemoveAll(part => part.Length == 0);
        var again = parts.Where((part, i) => parts.IndexOf(part) < i).ToList();
        return parts.Count == 0 ? (0, 0) : ((double)again.Count / parts.Count, (double)again.Sum(length) / parts.Sum(length));
    }

    /// <summary>The oracle: every run as a string, every character marked.</summary>
    private static (double Top, double Repeated) Obvious(string[] words, int length)
    {
        var runs = Enumerable.Range(0, Math.Max(0, words.Length - length + 1)).Select(i => string.Join(' ', words[i..(i + length)])).ToArray();
        var total = words.Sum(word => word.Length);
        var most = runs.GroupBy(run => run).Select(group => (Times: group.Count(), Size: group.Key.Replace(" ", "").Length)).OrderDescending().FirstOrDefault();
        var marked = new bool[words.Length];
        for (var i = 0; i < runs.Length; i++)
        {
            if (Array.IndexOf(runs, runs[i]) < i)
            {
                marked.AsSpan(i, length).Fill(true);
            }
        }

        return (most.Times > 1 ? Math.Min(1, (double)most.Times * most.Size / total) : 0, total == 0 ? 0 : (double)words.Where((_, i) => marked[i]).Sum(word => word.Length) / total);
    }

    private static string RandomText(Random random)
    {
        string[] parts = ["的", "词", "語", "word ", "a ", "2024 ", "é ", "，", "\n", "かな", "Word ", "..."];
        var text = new StringBuilder();
        for (var left = random.Next(0, 60); left > 0; left--)
        {
            // A part of what is there already, or something new.
            if (text.Length > 8 && random.Next(5) == 0)
            {
                var start = random.Next(text.Length - 4);
                text.Append(text.ToString(start, Math.Min(random.Next(1, 20), text.Length - start)));
            }
            else
            {
                text.Append(parts[random.Next(parts.Length)]);
            }
        }

        return text.ToString();
    }

    // A Han character or kana, or a run of other letters and digits.
    [GeneratedRegex(@"[\u3041-\u30FF\u4E00-\u9FFF]|(?:(?![\u3041-\u30FF\u4E00-\u9FFF])[\p{L}\p{M}\p{Nd}])+")]
    private static partial Regex Word();
}
