using Ziya.Corpus.Filtering;
using Ziya.Pipeline.Records;

namespace Ziya.Corpus.Tests.Filtering;

public sealed class SensitiveTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ziya-lists").FullName;

    [Theory]
    [InlineData("附近新开了一家赌场。", "gambling")]
    [InlineData("他和我打赌，场子很大。", null)]
    [InlineData("这本书叫《赌场资本主义》。", null)]
    [InlineData("《赌场资本主义》说的不是赌场。", "gambling")]
    [InlineData("A new CASINO opened.", "gambling")]
    [InlineData("a ｃａｓｉｎｏ opened", "gambling")]
    [InlineData("去casino玩", "gambling")]
    [InlineData("We saw occasinos there.", null)]
    [InlineData("casino2 and xcasino", null)]
    [InlineData("They watched Casino Royale twice.", null)]
    [InlineData("slot machine", "gambling")]
    [InlineData("slot machines", null)]
    [InlineData("无抵押贷款，当天放款", "loans")]
    [InlineData("无抵押贷款，去赌场", "gambling")]
    [InlineData("", null)]
    public void Apply_Phrase_IsTheReasonOfItsTopic(string text, string? topic) => Assert.Equal(topic, new Sensitive(Options()).Apply(Of(text)).Reason);

    [Fact]
    public void Apply_TraditionalText_IsFoundByASimplifiedList()
    {
        Assert.SkipWhen(PhraseFold.Version.Length == 0, "OpenCC's dictionaries are not beside the program.");
        Assert.Equal("gambling", new Sensitive(Options()).Apply(Of("附近新開了一家賭場。")).Reason);
        Assert.Null(new Sensitive(Options()).Apply(Of("這本書叫《賭場資本主義》。")).Reason);
    }

    [Fact]
    public void Apply_Drop_KeepsCountLimitAndPhrases()
    {
        var options = Options() with { Most = new Dictionary<string, int> { ["gambling"] = 1 } };

        Assert.Null(new Sensitive(options).Apply(Of("去赌场。")).Reason);
        var verdict = new Sensitive(options).Apply(Of("去赌场，Casino，又去赌场。"));
        Assert.Equal("""{"value":3,"limit":1,"terms":["赌场","casino"]}""", verdict.Detail!.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
    }

    [Fact]
    public void Apply_Tag_CountsEveryTopic()
    {
        var step = new Sensitive(Options() with { Mode = SensitiveMode.Tag });
        var record = step.Apply(Of("无抵押，去赌场，再去 casino。")).Record!;

        Assert.Equal([("sensitive", 1), ("sensitive_gambling", 2), ("sensitive_loans", 1)], record.Scores.Select(score => (score.Key, (int)score.Value)));
        Assert.Equal([0, 0, 0], step.Apply(Of("雨停了。")).Record!.Scores.Select(score => (int)score.Value));
        Assert.Equal(["sensitive", "sensitive_gambling", "sensitive_loans"], step.Writes);
    }

    [Theory]
    [InlineData("*", "去**，再去 ******。", "We ****** here")]
    [InlineData("[{topic}]", "去[gambling]，再去 [gambling]。", "We [gambling] here")]
    public void Apply_Mask_TakesPhrasesOutOfEveryText(string with, string chinese, string english)
    {
        var step = new Sensitive(Options() with { Mode = SensitiveMode.Mask, MaskWith = with });
        var dialogue = (Dialogue)step.Apply(new Dialogue { Id = "d", Messages = [new("user", "去赌场，再去 casino。"), new("assistant", "We casino here")] }).Record!;
        var preference = (Preference)step.Apply(new Preference { Id = "d", Prompt = "雨停了", Chosen = "We casino here", Rejected = "去赌场，再去 casino。" }).Record!;

        Assert.Equal([chinese, english], dialogue.Messages.Select(message => message.Content));
        Assert.Equal((english, chinese), (preference.Chosen, preference.Rejected));
        Assert.True(dialogue.Scores.TryGet("sensitive_gambling", out var count) && count == 3);
    }

    [Fact]
    public void Check_BadOptions_AreFaults()
    {
        Assert.Empty(new Sensitive(Options()).Check());
        var faults = new Sensitive(new SensitiveOptions
        {
            Topics = new Dictionary<string, IReadOnlyList<string>> { ["a-b"] = [Write("empty.txt", "# nothing\n")], ["c"] = [], ["d"] = [Path.Combine(_folder, "missing.txt")] },
            Most = new Dictionary<string, int> { ["x"] = 1 },
            MaskWith = "",
        }).Check().ToList();

        Assert.Equal(6, faults.Count);
        Assert.Contains(faults, fault => fault.Contains("empty.txt has no entry", StringComparison.Ordinal));
        Assert.Contains(faults, fault => fault.Contains("'topics.d': there is no file", StringComparison.Ordinal));
        Assert.Contains(faults, fault => fault.Contains("'a-b'", StringComparison.Ordinal));
        Assert.Single(new Sensitive(new() { Topics = new Dictionary<string, IReadOnlyList<string>>() }).Check());
    }

    /// <summary>The automaton against looking for each phrase at each place.</summary>
    [Fact]
    public void Find_RandomPhrases_AreThoseOfTheObviousWay()
    {
        const string Letters = "abAB赌场Ａ";
        for (var seed = 0; seed < 1500; seed++)
        {
            var random = new Random(seed);
            string Random(int least, int most) => string.Concat(Enumerable.Range(0, random.Next(least, most)).Select(_ => Letters[random.Next(Letters.Length)]));
            var phrases = Enumerable.Range(0, random.Next(1, 12)).Select(_ => PhraseFold.Of(Random(1, 5))).Distinct().ToList();
            var text = Random(0, 60);
            var hits = new List<PhraseHit>();
            new PhraseAutomaton(phrases).Find(text, hits);

            var folded = PhraseFold.Of(text);
            var expected = from i in Enumerable.Range(0, phrases.Count)
                           from at in Enumerable.Range(0, Math.Max(0, text.Length - phrases[i].Length + 1))
                           where string.CompareOrdinal(folded, at, phrases[i], 0, phrases[i].Length) == 0
                           select new PhraseHit(i, at, at + phrases[i].Length);
            Assert.Equal(expected.OrderBy(hit => (hit.Start, hit.End, hit.Phrase)), hits.OrderBy(hit => (hit.Start, hit.End, hit.Phrase)));
        }
    }

    /// <summary>Texts of several parts: phrases over their borders are found, and of overlapping ones the first and longest.</summary>
    [Fact]
    public void Find_LongTexts_ChoosesAsTheObviousWay()
    {
        var options = new SensitiveOptions
        {
            Topics = new Dictionary<string, IReadOnlyList<string>> { ["x"] = [Write("x.txt", "赌\n赌场\n赌场赌\n场场\n")] },
            Allow = [Write("allow.txt", "赌赌赌场\n")],
        };
        var phrases = new SensitivePhrases(options);
        string[] all = ["赌场赌", "赌场", "场场", "赌"];
        for (var seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            var text = string.Concat(Enumerable.Range(0, 9000).Select(_ => "赌场，"[random.Next(3)]));
            var harmless = Enumerable.Range(0, text.Length).Where(at => string.CompareOrdinal(text, at, "赌赌赌场", 0, 4) == 0).ToList();
            var expected = new List<(int, int)>();
            for (var at = 0; at < text.Length; at++)
            {
                var found = all.FirstOrDefault(phrase => string.CompareOrdinal(text, at, phrase, 0, phrase.Length) == 0 && !harmless.Exists(start => start <= at && at + phrase.Length <= start + 4));
                if (found is not null)
                {
                    expected.Add((at, at + found.Length));
                    at += found.Length - 1;
                }
            }

            var hits = new List<PhraseHit>();
            phrases.Find(text, hits, []);
            Assert.Equal(expected, hits.Select(hit => (hit.Start, hit.End)));
        }
    }

    public void Dispose() => Directory.Delete(_folder, true);

    private SensitiveOptions Options() => new()
    {
        Topics = new Dictionary<string, IReadOnlyList<string>>
        {
            ["gambling"] = [Write("gambling.txt", "# games\n赌场\nCasino\tn\nslot machine\n")],
            ["loans"] = [Write("loans.txt", "无抵押\n当天放款\n")],
        },
        Allow = [Write("allow.txt", "赌场资本主义\ncasino royale\n")],
    };

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static Document Of(string text) => new() { Id = "d", Text = text };
}
