using System.IO.Compression;
using System.Text.Json;
using Ziya.Corpus.Filtering.Contamination;
using Ziya.Corpus.Tests.Fixtures;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Tests.Filtering.Contamination;

public sealed class DecontaminateTests : IDisposable
{
    private static readonly string Sums = Path.Combine(SampleCorpus.Folder, "..", "contamination", "sums.jsonl");

    private readonly string _folder = Directory.CreateTempSubdirectory("ziya-decontaminate-").FullName;
    private readonly ModelPool _pool = new(null!, null!, TimeProvider.System);

    public void Dispose()
    {
        _pool.Dispose();
        Directory.Delete(_folder, true);
    }

    [Theory]
    [InlineData("zh/1", "今天的作业有一题：一个水池，有甲、乙两根进水管。单开甲管六小时注满；单开乙管九小时注满，就这些。", "一个水池，有甲、乙两根进水管。单开甲管六小时注满；单开乙管九小时注满，")]
    [InlineData("en/1", "From the quiz: A BAKER fills nine trays, with twelve rolls each, and sells all but seventeen of them! Good luck.", "A BAKER fills nine trays, with twelve rolls each, and sells all but seventeen of them")]
    public void Apply_PlantedItem_IsDroppedWithItsSpan(string item, string text, string span)
    {
        var drop = Apply(Options(), new Document { Id = "a", Text = text });

        Assert.Equal("contaminated", drop.Reason);
        var match = Assert.Single(drop.Detail!["matches"]!.AsArray())!;
        Assert.Equal(("sums.jsonl", item), ((string)match["file"]!, (string)match["item"]!));
        Assert.Equal(span.TrimEnd('，'), (string)Assert.Single(match["spans"]!.AsArray())!);
    }

    [Theory]
    [InlineData("单开甲管六小时注满，单开乙管九小时注满，是两回事。")]
    [InlineData("A baker fills nine trays with twelve rolls each and sells all of them.")]
    [InlineData("How many sides has a cube?")]
    [InlineData("")]
    public void Apply_LessThanAMatch_Stays(string text) => Assert.Null(Apply(Options(), new Document { Id = "a", Text = text }).Reason);

    [Fact]
    public void Apply_LongMatchOfRareCharacters_IsShownWithoutHalfACharacter()
    {
        var path = Path.Combine(_folder, "rare.jsonl");
        var text = "甲" + string.Concat(Enumerable.Repeat("𠮷", 200));
        File.WriteAllText(path, JsonSerializer.Serialize(new { text }));

        var drop = Apply(new DecontaminateOptions { Against = [path] }, new Document { Id = "a", Text = text });

        Assert.Equal("甲" + string.Concat(Enumerable.Repeat("𠮷", 149)) + "…", (string)drop.Detail!["matches"]![0]!["spans"]![0]!);
    }

    [Fact]
    public void Version_IsThatOfTheContent_WhereverAndSinceWheneverItLies()
    {
        var (one, other) = (Path.Combine(_folder, "one.jsonl"), Path.Combine(_folder, "other.jsonl"));
        File.WriteAllText(one, "{\"text\":\"甲\"}");
        File.Copy(one, other);
        File.SetLastWriteTimeUtc(other, DateTime.UnixEpoch);
        Assert.Equal(VersionOf(one), VersionOf(other));

        File.WriteAllText(other, "{\"text\":\"乙\"}");
        File.SetLastWriteTimeUtc(other, File.GetLastWriteTimeUtc(one));
        Assert.NotEqual(VersionOf(one), VersionOf(other));

        string VersionOf(string path) => Step(new DecontaminateOptions { Against = [path] }).Version();
    }

    [Fact]
    public void Check_HalfACharacterInAnItem_SaysWhere()
    {
        var path = Path.Combine(_folder, "half.jsonl");
        File.WriteAllText(path, File.ReadLines(Sums).First() + "\n" + """{"text":"半个字 \ud842"}""");

        Assert.StartsWith($"{path}:2: not a JSON object: ", Assert.Single(Step(new DecontaminateOptions { Against = [path] }).Check()), StringComparison.Ordinal);
    }

    [Fact]
    public void Apply_GoodSamples_AllStay() =>
        Assert.Empty(SampleCorpus.Documents.Values.Where(document => Apply(Options(), document).Reason is not null).Select(document => document.Id));

    [Fact]
    public void Apply_EveryPartOfARecord_IsLookedAt()
    {
        var item = JsonDocument.Parse(File.ReadLines(Sums).First()).RootElement.GetProperty("question").GetString()!;

        Assert.NotNull(Apply(Options(), new Instruction { Id = "a", Text = "出一道题", Output = item }).Reason);
        Assert.NotNull(Apply(Options(), new Instruction { Id = "a", Text = "出一道题", System = item }).Reason);
        Assert.NotNull(Apply(Options(), new Instruction { Id = "a", Text = "出一道题", Candidates = [new Candidate("不会", null), new Candidate(item, null)] }).Reason);
        Assert.NotNull(Apply(Options(), new Dialogue { Id = "a", Messages = [new Message("user", "出一道题"), new Message("assistant", item)] }).Reason);
        Assert.NotNull(Apply(Options(), new Preference { Id = "a", Prompt = "出一道题", Chosen = "不会", Rejected = item }).Reason);
        Assert.Null(Apply(Options(), new Instruction { Id = "a", Text = "出一道题", Output = "不会" }).Reason);
    }

    [Fact]
    public void Apply_Tag_KeepsTheRecordWithSharesAndSpans()
    {
        var text = File.ReadLines(Sums).Skip(3).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("question").GetString()!).First();
        var record = Apply(Options() with { Mode = RuleMode.Tag }, new Document { Id = "a", Text = text }).Record!;

        Assert.True(record.Scores.TryGet("contamination", out var ofText) && record.Scores.TryGet("contamination_of_item", out var ofItem) && ofText == 1 && ofItem == 1);
        Assert.Contains("en/2", record.Meta.GetText("contamination"), StringComparison.Ordinal);
        var clean = Apply(Options() with { Mode = RuleMode.Tag }, new Document { Id = "a", Text = "nothing of it" }).Record!;
        Assert.True(clean.Scores.TryGet("contamination", out ofText) && ofText == 0 && clean.Meta.GetText("contamination") is null);
    }

    [Fact]
    public void Apply_Limits_LeaveWhatIsLessThanThey()
    {
        var text = "From the quiz: a baker fills nine trays with twelve rolls each and sells all but seventeen of them today, they say, and nobody asked why.";

        Assert.NotNull(Apply(Options() with { MaxShare = 0.5, MinItemShare = 0.2 }, new Document { Id = "a", Text = text }).Reason);
        Assert.Null(Apply(Options() with { MaxShare = 0.7 }, new Document { Id = "a", Text = text }).Reason);
        Assert.Null(Apply(Options() with { MinItemShare = 0.5 }, new Document { Id = "a", Text = text }).Reason);
    }

    [Fact]
    public void Measure_RandomTexts_IsWhatTheObviousSearchFinds()
    {
        string[] words = ["甲", "乙", "丙", "丁", "ab", "cd", "ef", "gh"];
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            string[] Units(int count, int from) => [.. Enumerable.Range(0, count).Select(_ => words[from + random.Next(4)])];
            var items = Enumerable.Range(0, 4).Select(i => Units(random.Next(2, 9), 4 * (i % 2))).ToList();
            string[] text = [.. Units(random.Next(0, 30), 0), .. Units(random.Next(0, 30), 4), .. items[random.Next(4)]];
            File.WriteAllLines(Path.Combine(_folder, "eval.jsonl"), items.Select(item => JsonSerializer.Serialize(new { text = string.Join(" - ", item) })).Append("{\"text\":\"一二三四五\"}"));
            var options = new DecontaminateOptions { Against = [Path.Combine(_folder, "eval.jsonl")], Words = 4, MinWords = 3, Characters = 5, MinCharacters = 3 };
            var overlap = new Overlap(EvaluationIndex.Build(options));

            overlap.Measure(string.Join(", ", text));

            var covered = new bool[text.Length];
            foreach (var (item, i) in items.Select((item, i) => (item, i)))
            {
                var length = Math.Min(item.Length, i % 2 == 0 ? 5 : 4);
                for (var at = 0; length >= 3 && at + length <= text.Length; at++)
                {
                    if (Enumerable.Range(0, item.Length - length + 1).Any(from => item.AsSpan(from, length).SequenceEqual(text.AsSpan(at, length))))
                    {
                        covered.AsSpan(at, length).Fill(true);
                    }
                }
            }

            Assert.Equal(covered.Count(unit => unit) / (double)text.Length, overlap.OfText, 9);
        }
    }

    [Fact]
    public void Build_PackedSetAndFields_TakesOnlyThose()
    {
        var path = Path.Combine(_folder, "sums.jsonl.gz");
        using (var packed = new GZipStream(File.Create(path), CompressionLevel.Fastest))
        {
            packed.Write(File.ReadAllBytes(Sums));
        }

        Assert.True(EvaluationIndex.Build(new DecontaminateOptions { Against = [Path.Combine(_folder, "*.gz")], Fields = ["question"] }).Grams > 40);
        Assert.Contains("too short to be found: 1", Assert.Single(Step(Options()).Notes()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("none.jsonl", null, "none.jsonl does not exist")]
    [InlineData("*.none", null, "no file matches")]
    [InlineData("bad.jsonl", "{\"text\":", "bad.jsonl:1: not a JSON object")]
    [InlineData("short.jsonl", "{\"text\":\"too short\"}", "has nothing to look for: no text of 8 words or 12 characters")]
    [InlineData("empty.jsonl", "", "has nothing to look for")]
    public void Check_BadSets_AreTold(string name, string? content, string said)
    {
        if (content is not null)
        {
            File.WriteAllText(Path.Combine(_folder, name), content);
        }

        Assert.Contains(said, Assert.Single(Step(new DecontaminateOptions { Against = [Path.Combine(_folder, name)] }).Check()), StringComparison.Ordinal);
    }

    [Fact]
    public void Check_FieldsThatAreNotThereOrTooMuchMemory_AreTold()
    {
        Assert.Contains("no text in prompt", Assert.Single(Step(Options() with { Fields = ["prompt"] }).Check()), StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(_folder, "large.jsonl"), JsonSerializer.Serialize(new { text = string.Join(' ', Enumerable.Range(0, 20_000)) }));
        Assert.Contains("`memory_mb` allows more", Assert.Single(Step(new DecontaminateOptions { Against = [Path.Combine(_folder, "large.jsonl")], MemoryMb = 1 }).Check()), StringComparison.Ordinal);
    }

    private static DecontaminateOptions Options() => new() { Against = [Sums] };

    private Verdict<Record> Apply(DecontaminateOptions options, Record record) => ((IRecordStep)Step(options)).Apply(record);

    private Step Step(DecontaminateOptions options) => new StepCatalog(typeof(Decontaminate).Assembly).Find("decontaminate")!.Create(options, 42, _pool);
}
