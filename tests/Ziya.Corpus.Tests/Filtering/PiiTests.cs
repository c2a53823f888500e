using System.Numerics;
using System.Text.RegularExpressions;
using Ziya.Corpus.Filtering;
using Ziya.Corpus.Tests.Fixtures;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Records;

namespace Ziya.Corpus.Tests.Filtering;

public sealed partial class PiiTests
{
    private const string Numbers = "手机13000000001，邮箱 a@example.com，身份证110101185203070019。";

    /// <summary>The figures that the step's comment states.</summary>
    [Fact]
    public void Find_PlantedTexts_PrecisionAndRecallAreThoseStated()
    {
        var (found, planted, right) = (0, 0, 0);
        var faults = new List<string>();
        foreach (var line in File.ReadLines(SampleFile("pii", "planted.txt")).Where(line => line[0] != '#'))
        {
            var text = Marked().Replace(line, "$2");
            var truth = Truth(line).ToList();
            var hits = Find(text);
            (found, planted, right) = (found + hits.Count, planted + truth.Count, right + hits.Intersect(truth).Count());
            if (!hits.SequenceEqual(truth))
            {
                faults.Add($"{text}: {string.Join(", ", hits)}");
            }
        }

        var figures = $"{planted} planted, {found} found, {right} of them right\n{string.Join('\n', faults)}";
        Assert.True(planted == 87 && right == 87 && found == 87, figures);
    }

    [Fact]
    public void Find_SampleCorpus_FindsWhatIsPlantedThere()
    {
        // Numbers of resident identity cards there have an impossible date on purpose. A British mobile number without its country is none of the forms.
        var missed = from entry in SampleCorpus.Entries("pii")
                     let text = SampleCorpus.Documents[(string)entry["id"]!].Text
                     let found = Find(text).Select(hit => text[hit.Start..hit.End]).ToList()
                     from value in entry["values"]!.AsArray()
                     where (string)value!["kind"]! is "email" or "phone" or "card" or "ip" && !found.Contains((string)value["value"]!)
                     select (string)value["value"]!;

        Assert.Equal(["07700 900123"], missed);
    }

    [Theory]
    [InlineData("11010118520307001")]
    [InlineData("44030518631231222")]
    public void IsResident_CheckDigit_IsThatOfTheStandard(string first)
    {
        // ISO 7064 MOD 11-2: the number, its check digit last, is 1 modulo 11 with powers of two.
        for (var serial = 0; serial < 1000; serial++)
        {
            var body = first[..14] + serial.ToString("000", System.Globalization.CultureInfo.InvariantCulture);
            var valid = "0123456789X".Where(check => PiiNumbers.IsResident(body + check)).ToList();
            var sum = body.Select((digit, i) => (digit - '0') * BigInteger.Pow(2, 17 - i)).Aggregate(BigInteger.Zero, (a, b) => a + b);
            var expected = "0123456789X".Where((_, value) => (sum + value) % 11 == 1);
            Assert.Equal(expected, valid);
        }

    }

    [Theory]
    [InlineData("4111111111111111", true)]
    [InlineData("5555555555554444", true)]
    [InlineData("378282246310005", true)]
    [InlineData("6200000000000005", true)]
    [InlineData("3530111333300000", true)]
    [InlineData("4111111111111112", false)]
    [InlineData("1111111111111117", false)]
    public void IsIssuedAndIsLuhn_TestNumbersOfIssuers_AreCards(string number, bool isCard) => Assert.Equal(isCard, PiiNumbers.IsIssued(number) && PiiNumbers.IsLuhn(number));

    [Fact]
    public void Apply_EveryKindOfRecord_IsMaskedInAllTexts()
    {
        const string Masked = "手机<PHONE>，邮箱 <EMAIL>，身份证<ID_CARD>。";
        var step = new Pii(new());
        var instruction = (Instruction)step.Apply(new Instruction { Id = "d", Text = Numbers, Input = Numbers, Output = Numbers, System = Numbers, Candidates = [new(Numbers, "m")] }).Record!;
        var dialogue = (Dialogue)step.Apply(new Dialogue { Id = "d", Messages = [new("user", Numbers), new("assistant", "好的。")] }).Record!;
        var preference = (Preference)step.Apply(new Preference { Id = "d", Prompt = Numbers, Chosen = Numbers, Rejected = Numbers, System = Numbers }).Record!;

        Assert.Equal(Masked, ((Document)step.Apply(Of(Numbers)).Record!).Text);
        Assert.All([instruction.Text, instruction.Input, instruction.Output, instruction.System, instruction.Candidates[0].Output], text => Assert.Equal(Masked, text));
        Assert.Equal([Masked, "好的。"], dialogue.Messages.Select(message => message.Content));
        Assert.All([preference.Prompt, preference.Chosen, preference.Rejected, preference.System], text => Assert.Equal(Masked, text));
        Assert.True(instruction.Scores.TryGet("pii_phone", out var phones) && phones == 5);
        Assert.True(preference.Scores.TryGet("pii", out var flag) && flag == 1);
    }

    [Fact]
    public void Apply_Hash_IsTheSameForAValueHoweverWritten()
    {
        Environment.SetEnvironmentVariable("ZIYA_TEST_PII", "a key");
        Environment.SetEnvironmentVariable("ZIYA_TEST_PII_2", "another key");
        string Hash(string text, string key = "ZIYA_TEST_PII") => ((Document)new Pii(new() { Mode = PiiMode.Hash, KeyEnv = key }).Apply(Of(text)).Record!).Text;

        Assert.Matches("^<PHONE:[0-9a-f]{12}>$", Hash("13000000001"));
        Assert.Single(new[] { "13000000001", "130 0000 0001", "+86-130-0000-0001", "008613000000001" }.Select(text => Hash(text)).Distinct());
        Assert.Equal(Hash("A.B@Example.com"), Hash("a.b@example.com"));
        Assert.NotEqual(Hash("13000000001"), Hash("13000000002"));
        Assert.NotEqual(Hash("13000000001"), Hash("13000000001", "ZIYA_TEST_PII_2"));
        Assert.NotEqual(new Pii(new() { Mode = PiiMode.Hash, KeyEnv = "ZIYA_TEST_PII" }).Version(), new Pii(new() { Mode = PiiMode.Hash, KeyEnv = "ZIYA_TEST_PII_2" }).Version());
    }

    [Fact]
    public void Apply_DropAndTag_CountByKind()
    {
        var most = new Dictionary<string, int> { ["phone"] = 1, ["email"] = 1 };

        Assert.Equal("email", new Pii(new() { Mode = PiiMode.Drop }).Apply(Of(Numbers)).Reason);
        Assert.Equal("id_card", new Pii(new() { Mode = PiiMode.Drop, Most = most }).Apply(Of(Numbers)).Reason);
        Assert.Null(new Pii(new() { Mode = PiiMode.Drop, Kinds = [PiiKind.Ip] }).Apply(Of(Numbers)).Reason);

        var tagged = new Pii(new() { Mode = PiiMode.Tag }).Apply(Of(Numbers)).Record!;
        Assert.Equal(Numbers, tagged.Content);
        Assert.Equal([1, 1, 1, 1, 0, 0, 0, 0], tagged.Scores.Select(score => (int)score.Value));
        Assert.Equal(new Pii(new() { Mode = PiiMode.Tag }).Writes, tagged.Scores.Select(score => score.Key));
    }

    [Fact]
    public void Apply_Options_DecideWhatCounts()
    {
        Assert.Equal("IP 10.0.0.8 and fe80::1:2:3", Masked("IP 10.0.0.8 and fe80::1:2:3", new()));
        Assert.Equal("IP <IP> and <IP>", Masked("IP 10.0.0.8 and fe80::1:2:3", new() { PublicIpsOnly = false }));
        Assert.Equal("旧证110101520307001。", Masked("旧证110101520307001。", new()));
        Assert.Equal("旧证<ID_CARD>。", Masked("旧证110101520307001。", new() { OldIdCards = true }));
        Assert.Equal("信 [email] 来", Masked("信 a@example.com 来", new() { MaskWith = "[email]" }));
        Assert.Empty(new Pii(new()).Check());
        Assert.Equal(3, new Pii(new() { Mode = PiiMode.Hash, Kinds = [], Most = new Dictionary<string, int> { ["mail"] = 1 } }).Check().Count());
        Assert.Contains("ZIYA_TEST_UNSET", new Pii(new() { Mode = PiiMode.Hash, KeyEnv = "ZIYA_TEST_UNSET" }).Check().Single(), StringComparison.Ordinal);
    }

    [Fact]
    public void Find_RandomTexts_GivesSpansInOrderAndLeavesNothingBehind()
    {
        string[] parts = ["1", "13000000001", "110101185203070019", "4111111111111111", "0755", "-", " ", ".", "@", "example.com", "a", "(", ")", "+86", "+", "0", "86", "008", "::", "2001:db8::1", "192.0.2.1", "京A", "D12345", "护照", "E", "电话", "X", "，", "\n", "\uD83D\uDE00"];
        for (var seed = 0; seed < 5000; seed++)
        {
            var random = new Random(seed);
            var text = string.Concat(Enumerable.Range(0, random.Next(0, 30)).Select(_ => parts[random.Next(parts.Length)]));
            var at = 0;
            foreach (var hit in Find(text))
            {
                Assert.True(hit.Start >= at && hit.End > hit.Start && hit.End <= text.Length, text);
                at = hit.End;
            }
        }
    }

    private static string Masked(string text, PiiOptions options) => new Pii(options).Apply(Of(text)).Record!.Content;

    private static List<PiiHit> Find(string text)
    {
        var hits = new List<PiiHit>();
        new PiiScanner(new()).Find(text, hits);
        return hits;
    }

    private static IEnumerable<PiiHit> Truth(string line)
    {
        var taken = 0;
        foreach (Match match in Marked().Matches(line))
        {
            var value = match.Groups[2];
            var start = match.Index - taken;
            yield return new PiiHit(Enum.GetValues<PiiKind>().Single(kind => OptionShape.SnakeCase(kind.ToString()) == match.Groups[1].Value), start, start + value.Length);
            taken += match.Length - value.Length;
        }
    }

    private static string SampleFile(params string[] path) => Path.Combine([SampleCorpus.Root, .. path]);

    private static Document Of(string text) => new() { Id = "d", Text = text };

    [GeneratedRegex(@"\[\[([a-z_]+):(.+?)\]\]")]
    private static partial Regex Marked();
}
