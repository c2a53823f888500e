using Ziya.Pipeline.Plans;
using Ziya.Pipeline.Tests.Fixtures;

namespace Ziya.Pipeline.Tests.Plans;

public sealed class PlannerTests : IDisposable
{
    private const int Lines = 20_000;
    private readonly TempFolder _folder = new();

    public PlannerTests() => _folder.Write("in/a.jsonl", TestTexts.Lines(Lines, 1));

    [Theory]
    [InlineData("", "01-read:")]
    [InlineData("append, drop_with, throw_on", "01-append:append+drop_with+throw_on")]
    [InlineData("unique", "01-read:unique 02-unique:unique 03-write:unique")]
    [InlineData("append, unique, drop_with", "01-append:append+unique 02-unique:unique 03-drop_with:unique+drop_with")]
    [InlineData("unique, unique", "01-read:unique 02-unique:unique 03-map-unique-2:unique+unique-2 04-unique-2:unique-2 05-write:unique-2")]
    [InlineData("unique, append, append, unique", "01-read:unique 02-unique:unique 03-append:unique+append+append-2+unique-2 04-unique-2:unique-2 05-write:unique-2")]
    public void Compile_Steps_AreFusedBetweenGlobalOnes(string steps, string expected) =>
        Assert.Equal(expected, string.Join(' ', Plan(steps).Phases.Select(phase => $"{phase.Name}:{string.Join('+', phase.Steps)}")));

    [Fact]
    public void Compile_GlobalStep_PassesAndReducesAlternate()
    {
        var plan = Plan("append, unique, to_instruction, unique: { word: x }, drop_with: { word: y }");
        Assert.Equal([PhaseKind.Pass, PhaseKind.Reduce, PhaseKind.Pass, PhaseKind.Reduce, PhaseKind.Pass], plan.Phases.Select(phase => phase.Kind));
        Assert.Equal(
            ["document > document", "entries > entries", "document > instruction", "entries > entries", "instruction > instruction"],
            plan.Phases.Select(phase => $"{phase.In} > {phase.Out}"));
    }

    [Fact]
    public void Make_PlainLines_AreCutByBytes()
    {
        var bytes = new FileInfo(_folder["in/a.jsonl"]).Length;
        var plan = Plan("unique", "limits: { split_mb: 1 }");
        Assert.InRange(plan.Shards.Count, 3, 10);
        Assert.Equal(plan.Shards.Count, plan.Phases[0].Tasks.Count);
        long end = 0;
        foreach (var slice in plan.Shards.Select(shard => Assert.Single(shard.Slices)))
        {
            Assert.Equal(end, slice.Start);
            Assert.InRange(slice.End - slice.Start, 1, 1 << 20);
            end = slice.End;
        }

        Assert.Equal(bytes, end);
        AssertTasksCover(plan);
    }

    [Theory]
    [InlineData("a.jsonl.gz")]
    [InlineData("a.jsonl.zst")]
    [InlineData("a.jsonl")]
    public void Make_WhatCannotBeCut_IsOneTaskAFile(string name)
    {
        // Packed, by name or only by its bytes, a file is read from its beginning.
        var packed = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.NoCompression, true))
        {
            gzip.Write(File.ReadAllBytes(_folder["in/a.jsonl"]));
        }

        Directory.Delete(_folder["in"], true);
        _folder.Write("in/" + name, packed.ToArray());
        _folder.Write("in/b-" + name, packed.ToArray());
        var plan = Plan("unique", "limits: { split_mb: 1 }");
        Assert.Equal([name, "b-" + name], plan.Shards.Select(shard => Assert.Single(shard.Slices).Name));
        Assert.All(plan.Shards, shard => Assert.Equal((0, packed.Length), (shard.Slices[0].Start, shard.Slices[0].End)));
        AssertTasksCover(plan);
    }

    [Fact]
    public void Make_OtherEncoding_IsNotCut()
    {
        System.Text.Encoding.RegisterProvider(System.Text.CodePagesEncodingProvider.Instance);
        _folder.Write("in/a.jsonl", System.Text.Encoding.GetEncoding("gb18030").GetBytes(TestTexts.Lines(Lines, 1)));
        Assert.Single(Plan("", "limits: { split_mb: 1 }").Shards);
    }

    [Fact]
    public void Make_SmallFiles_ShareATask()
    {
        Directory.Delete(_folder["in"], true);
        for (var i = 0; i < 50; i++)
        {
            _folder.Write($"in/{i:00}.jsonl", TestTexts.Lines(700, i));
        }

        var plan = Plan("unique", "limits: { split_mb: 1 }");
        Assert.InRange(plan.Shards.Count, 2, 20);
        Assert.All(plan.Shards, shard => Assert.InRange(shard.Bytes, 1, 1 << 20));
        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"{i:00}.jsonl"), plan.Shards.SelectMany(shard => shard.Slices).Select(slice => slice.Name));
        AssertTasksCover(plan);
    }

    [Fact]
    public void Make_ManyShards_LastPassTakesSeveralATask()
    {
        Directory.Delete(_folder["in"], true);
        var lines = TestTexts.Lines(6000, 1);
        for (var i = 0; i < 130; i++)
        {
            _folder.Write($"in/{i:000}.jsonl", lines);
        }

        var plan = Plan("unique", "limits: { split_mb: 1 }");
        Assert.Equal(130, plan.Phases[0].Tasks.Count);
        Assert.InRange(plan.Phases[^1].Tasks.Count, 2, 64);
        Assert.Contains(plan.Phases[^1].Tasks, task => task.Last > task.First);
        AssertTasksCover(plan);
    }

    [Fact]
    public void Make_EmptyFile_StillHasATask()
    {
        _folder.Write("in/a.jsonl", "");
        var plan = Plan("unique");
        Assert.Equal(0, plan.Phases[0].Bytes);
        Assert.All(plan.Phases, phase => Assert.NotEmpty(phase.Tasks));
    }

    [Fact]
    public void Make_Again_IsTheSame() => Assert.Equal(Hashes("append, unique"), Hashes("append, unique"));

    [Fact]
    public void Hash_LastStepChanged_ChangesTheLastPassesOnly()
    {
        const string Steps = "append: { word: a }, unique, append: { word: b }, unique: { word: c }, drop_with: { word: d }";
        var before = Hashes(Steps);
        AssertChanged(before, Hashes(Steps.Replace("word: d", "word: e", StringComparison.Ordinal)), 4);
        AssertChanged(before, Hashes(Steps.Replace("word: c", "word: e", StringComparison.Ordinal)), 2);
        AssertChanged(before, Hashes(Steps.Replace("word: a", "word: e", StringComparison.Ordinal)), 0);
        AssertChanged(before, Hashes(Steps, "seed: 7"), 0);
        Assert.Equal(before, Hashes(Steps, "description: other words"));
        Assert.Equal(before, Hashes(Steps, "limits: { memory_mb: 512 }"));
        Assert.Equal(before, Hashes(Steps, "limits: { poisoned: 7 }"));
        AssertChanged(before, Hashes(Steps, "limits: { record_mb: 1 }"), 0);
    }

    [Fact]
    public void Hash_OutputChanged_ChangesTheLastPassOnly()
    {
        var before = Plan("unique");
        var elsewhere = Planner.Make(TestRun.Job(_folder, "unique", "out2"), TestRun.Catalog);
        var folders = Planner.Make(TestRun.Job(_folder, "unique", "out/{source}"), TestRun.Catalog);
        Assert.Equal(before.Phases.Select(phase => phase.Hash), elsewhere.Phases.Select(phase => phase.Hash));
        Assert.NotEqual(before.Hash, elsewhere.Hash);
        AssertChanged([.. before.Phases.Select(phase => phase.Hash)], [.. folders.Phases.Select(phase => phase.Hash)], 2);
    }

    [Fact]
    public void Hash_InputChanged_ChangesAll()
    {
        var before = Plan("append, unique");
        File.AppendAllText(_folder["in/a.jsonl"], "{\"id\":\"x\",\"text\":\"x\"}\n");
        var longer = Plan("append, unique");
        AssertChanged([.. before.Phases.Select(phase => phase.Hash)], [.. longer.Phases.Select(phase => phase.Hash)], 0);
        Assert.Equal(before.JobHash, longer.JobHash);
        Assert.NotEqual(before.Hash, longer.Hash);

        // Of the same length, but written since.
        File.SetLastWriteTimeUtc(_folder["in/a.jsonl"], new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        AssertChanged([.. longer.Phases.Select(phase => phase.Hash)], Hashes("append, unique"), 0);
        _folder.Write("in/b.jsonl", "");
        Assert.NotEqual(longer.Hash, Plan("append, unique").Hash);
    }

    public void Dispose() => _folder.Dispose();

    private Plan Plan(string steps, string extra = "") => Planner.Make(TestRun.Job(_folder, steps, extra: extra), TestRun.Catalog);

    private List<string> Hashes(string steps, string extra = "") => [.. Plan(steps, extra).Phases.Select(phase => phase.Hash)];

    private static void AssertChanged(List<string> before, List<string> after, int first)
    {
        Assert.Equal(before.Count, after.Count);
        for (var i = 0; i < before.Count; i++)
        {
            Assert.True((before[i] != after[i]) == (i >= first), $"phase {i + 1} of {before.Count}");
        }
    }

    /// <summary>Every shard is in one task of each pass, and the bytes of tasks add up.</summary>
    private static void AssertTasksCover(Plan plan)
    {
        foreach (var phase in plan.Phases.Where(phase => phase.Kind == PhaseKind.Pass))
        {
            Assert.Equal(Enumerable.Range(0, plan.Shards.Count), phase.Tasks.SelectMany(task => Enumerable.Range(task.First, task.Last - task.First + 1)));
            Assert.Equal(plan.Shards.Sum(shard => shard.Bytes), phase.Tasks.Sum(task => task.Bytes));
            Assert.Equal(phase.Bytes, phase.Tasks.Sum(task => task.Bytes));
        }

        Assert.All(plan.Phases, phase => Assert.Equal(Enumerable.Range(0, phase.Tasks.Count), phase.Tasks.Select(task => task.Number)));
    }
}
