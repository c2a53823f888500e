using System.Text.Json;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Runs;
using Ziya.Pipeline.Storage;
using Ziya.Pipeline.Tests.Fixtures;

namespace Ziya.Pipeline.Tests.Runs;

public sealed class RunTests
{
    private const string Steps = "append: { word: '!' }, unique, drop_with: { word: bread 7 }";

    [Fact]
    public void Open_DoneRun_HasNothingLeft()
    {
        using var folder = Folder();
        var job = TestRun.Job(folder, Steps);
        TestRun.Execute(job, folder["run"]);
        using var again = Run.Open(job, TestRun.Catalog, folder["run"], false, TimeProvider.System);
        Assert.All(again.Plan.Phases, phase => Assert.Empty(again.Begin(phase)));
        Assert.Contains("Resumes", Assert.Single(again.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_Fresh_StartsOver()
    {
        using var folder = Folder();
        var job = TestRun.Job(folder, Steps);
        TestRun.Execute(job, folder["run"]);
        using var again = Run.Open(job, TestRun.Catalog, folder["run"], true, TimeProvider.System);
        Assert.All(again.Plan.Phases, phase => Assert.NotEmpty(again.Begin(phase)));
        Assert.False(Directory.Exists(folder["run/phases"]));
    }

    [Fact]
    public void Open_LastStepChanged_TakesOverTheOthers()
    {
        using var folder = Folder();
        TestRun.Execute(TestRun.Job(folder, Steps), folder["runs/a"]);
        var changed = TestRun.Job(folder, Steps.Replace("bread 7", "bread 8", StringComparison.Ordinal));
        using (var run = Run.Open(changed, TestRun.Catalog, folder["runs/b"], false, TimeProvider.System))
        {
            Assert.Contains($"Took 01-append, 02-unique over from {folder["runs/a"]}.", run.Notes);
            Assert.Equal([0, 0, 1], run.Plan.Phases.Select(phase => run.Begin(phase).Count));
        }

        TestRun.Execute(changed, folder["runs/b"]);
        TestRun.Execute(changed, folder["fresh"]);
        Assert.Equal(TestRun.Bytes(folder["fresh"]), TestRun.Bytes(folder["runs/b"]));
    }

    [Fact]
    public void Open_SameFolderWithAChangedJob_SaysSoAndTakesOver()
    {
        using var folder = Folder();
        TestRun.Execute(TestRun.Job(folder, Steps), folder["run"]);
        var changed = TestRun.Job(folder, Steps + ", append: { word: end }");
        using var run = Run.Open(changed, TestRun.Catalog, folder["run"], false, TimeProvider.System);
        Assert.Contains("The job or its input has changed", run.Notes[0], StringComparison.Ordinal);
        Assert.Equal([0, 0, 1], run.Plan.Phases.Select(phase => run.Begin(phase).Count));
    }

    [Fact]
    public void Open_InputChanged_TakesNothingOver()
    {
        using var folder = Folder();
        var job = TestRun.Job(folder, Steps);
        TestRun.Execute(job, folder["runs/a"]);
        File.AppendAllText(folder["in/a.jsonl"], "{\"id\":\"late\",\"text\":\"late\"}\n");
        using var run = Run.Open(job, TestRun.Catalog, folder["runs/b"], false, TimeProvider.System);
        Assert.Empty(run.Notes);
        Assert.Equal([1, 1, 1], run.Plan.Phases.Select(phase => run.Begin(phase).Count));
    }

    [Fact]
    public void Open_SecondWriter_IsRefused()
    {
        using var folder = Folder();
        var job = TestRun.Job(folder, Steps);
        using var first = Run.Open(job, TestRun.Catalog, folder["run"], false, TimeProvider.System);
        var refusal = Assert.Throws<ClaimedException>(() => Run.Open(job, TestRun.Catalog, folder["run"], false, TimeProvider.System));
        Assert.Contains($"is being written by process {Environment.ProcessId}", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_ClaimOfADeadProcess_IsTaken()
    {
        using var folder = Folder();
        var job = TestRun.Job(folder, Steps);
        using (Run.Open(job, TestRun.Catalog, folder["run"], false, TimeProvider.System))
        {
            // The same claim, of a process number that no process can have.
            var claim = File.ReadAllText(folder["run/claim.json"]);
            folder.Write("claim.json", claim.Replace($"\"process\": {Environment.ProcessId}", "\"process\": 99999999", StringComparison.Ordinal));
        }

        File.Copy(folder["claim.json"], folder["run/claim.json"], true);
        Assert.Contains("99999999", File.ReadAllText(folder["run/claim.json"]), StringComparison.Ordinal);
        TestRun.Execute(job, folder["run"]);
    }

    [Fact]
    public void Open_ClaimOfAnotherMachine_HoldsUntilItExpires()
    {
        using var folder = Folder();
        var job = TestRun.Job(folder, Steps);
        using (Run.Open(job, TestRun.Catalog, folder["run"], false, TimeProvider.System))
        {
            var claim = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(folder["run/claim.json"]))!;
            claim["machine"] = "elsewhere";
            folder.Write("claim.json", claim.ToJsonString());
        }

        File.Copy(folder["claim.json"], folder["run/claim.json"], true);
        var refusal = Assert.Throws<ClaimedException>(() => TestRun.Execute(job, folder["run"]));
        Assert.Contains("on elsewhere", refusal.Message, StringComparison.Ordinal);
        using var later = Run.Open(job, TestRun.Catalog, folder["run"], false, new ShiftedTime(Claim.Lease + TimeSpan.FromSeconds(5)));
        Assert.NotNull(later);
    }

    [Fact]
    public void ReadMarkers_DamagedOutput_DoesNotCount()
    {
        using var folder = Folder();
        var job = TestRun.Job(folder, Steps);
        TestRun.Execute(job, folder["run"]);
        var whole = TestRun.Bytes(folder["run"]);
        var victim = folder["run/phases/01-append/part-00000.jsonl.zst"];
        File.WriteAllBytes(victim, File.ReadAllBytes(victim)[..100]);
        using (var run = Run.Open(job, TestRun.Catalog, folder["run"], false, TimeProvider.System))
        {
            Assert.Single(run.Begin(run.Plan.Phases[0]));
        }

        TestRun.Execute(job, folder["run"]);
        Assert.Equal(whole, TestRun.Bytes(folder["run"]));
    }

    [Theory]
    [InlineData("01-append/part-00000.jsonl.zst")]
    [InlineData("01-append/part-00000.texts.spill")]
    public void Execute_OutputOfTheSameLengthButOtherBytes_SaysWhatToDelete(string victim)
    {
        using var folder = Folder();
        var job = TestRun.Job(folder, Steps);
        TestRun.Execute(job, folder["run"]);
        var whole = TestRun.Bytes(folder["run"]);
        var bytes = File.ReadAllBytes(folder["run/phases/" + victim]);

        // Some flips spoil the frame, some a row that is met before the checksum, some nothing but the checksum.
        for (var eighth = 0; eighth < 8; eighth++)
        {
            var spoilt = bytes.ToArray();
            spoilt[bytes.Length * eighth / 8] ^= 0xFF;
            folder.Write("run/phases/" + victim, spoilt);
            Directory.Delete(folder["run/phases/02-unique"], true);
            Directory.Delete(folder["run/phases/03-drop_with"], true);
            var failure = Assert.Throws<JobFailedException>(() => TestRun.Execute(job, folder["run"]));
            Assert.Contains($"{folder["run"]}/phases/{victim} is damaged", failure.Message, StringComparison.Ordinal);
            File.Delete(folder["run/phases/" + victim]);
            TestRun.Execute(job, folder["run"]);
            Assert.Equal(whole, TestRun.Bytes(folder["run"]));
        }
    }

    [Theory]
    [InlineData("plan.json", "")]
    [InlineData("plan.json", "{\"job\":\"te")]
    [InlineData("report.json", "[]")]
    [InlineData("job.yaml", ": - :")]
    [InlineData("claim.json", "{}")]
    [InlineData("claim.json", "")]
    [InlineData("phases/01-append/part-00000.done.json", "")]
    [InlineData("phases/01-append/part-00000.done.json", "null")]
    [InlineData("phases/02-unique/part-00000.done.json", "{\"hash\":7}")]
    public void Open_DamagedFileOfTheRunFolder_IsMadeAnew(string path, string content)
    {
        using var folder = Folder();
        var job = TestRun.Job(folder, Steps);
        TestRun.Execute(job, folder["run"]);
        var whole = TestRun.Bytes(folder["run"]);
        folder.Write("run/" + path, content);
        TestRun.Execute(job, folder["run"]);
        Assert.Equal(whole, TestRun.Bytes(folder["run"]));
    }

    [Fact]
    public void Execute_HardlyAnyMemoryToSortIn_WritesTheSame()
    {
        using var folder = Folder();
        var job = TestRun.Job(folder, Steps + ", unique: { word: x }", extra: "limits: { split_mb: 1 }");
        TestRun.Execute(job, folder["whole"]);
        var output = TestRun.Bytes(folder["out"]);
        using (var run = Run.Open(job, TestRun.Catalog, folder["small"], true, TimeProvider.System))
        {
            foreach (var phase in run.Plan.Phases)
            {
                foreach (var task in run.Begin(phase).Reverse())
                {
                    run.Execute(phase, task, 1, default);
                }
            }

            Assert.Empty(Directory.GetFiles(folder["small/scratch"]));
            TestRun.AssertAddsUp(run.Finish("done"));
        }

        Assert.Equal(output, TestRun.Bytes(folder["out"]));
        Assert.Equal(TestRun.Bytes(folder["whole/dropped"]), TestRun.Bytes(folder["small/dropped"]));
        Assert.False(Directory.Exists(folder["small/scratch"]));
    }

    [Fact]
    public void Execute_StoreFailsNowAndThen_EndsTheSame()
    {
        using var folder = Folder();
        var job = TestRun.Job(folder, Steps, extra: "limits: { split_mb: 1 }");
        TestRun.Execute(job, folder["whole"]);
        var failed = new System.Collections.Concurrent.ConcurrentDictionary<string, bool>();
        var store = new FaultyStore(new FileStore(folder["faulty"]), (call, path) =>
        {
            // Once when a task starts its spill, once when it is done but for its marker.
            if (call is "create" && (path.EndsWith(".spill", StringComparison.Ordinal) || path.EndsWith(Marker.Ending, StringComparison.Ordinal)) && failed.TryAdd(path, true))
            {
                throw new IOException("Stale file handle", 116);
            }
        });
        TestRun.Execute(job, store, 3);
        Assert.True(failed.Count >= 3);
        Assert.Equal(TestRun.Bytes(folder["whole"]), TestRun.Bytes(folder["faulty"]));
    }

    [Fact]
    public void Execute_NotesByShard_AreReadFromTheirShardsFileAlone()
    {
        using var folder = new TempFolder();
        folder.Write("in/a.jsonl", TestTexts.Lines(20_000, 1));
        var opened = new System.Collections.Concurrent.ConcurrentBag<string>();
        var store = new FaultyStore(new FileStore(folder["run"]), (call, path) =>
        {
            if (call == "open" && path.EndsWith(".noted.spill", StringComparison.Ordinal))
            {
                opened.Add(path);
            }
        });
        var report = TestRun.Execute(TestRun.Job(folder, "drop_noted: { word: river }", extra: "limits: { split_mb: 1 }"), store);
        var shards = report.Phases[0].Tasks;
        Assert.InRange(shards, 3, 10);
        Assert.InRange(report.Records.Dropped["drop_noted"]["noted"], 1, 19_999);
        Assert.DoesNotContain(TestRun.Output(folder), line => line.Contains("river", StringComparison.Ordinal));

        // The first group also has what belongs to no shard, which any may have noted.
        Assert.Equal(shards + shards - 1, opened.Count);
    }

    [Fact]
    public void Execute_NoteAboutAnotherShard_IsRefused()
    {
        using var folder = new TempFolder();
        folder.Write("in/a.jsonl", """{"text":"near"}""" + "\n" + """{"text":"elsewhere"}""" + "\n");
        folder.Write("in/b.jsonl", """{"text":"near"}""" + "\n");
        var report = TestRun.Execute(TestRun.Job(folder, "drop_noted"), folder["run"]);
        Assert.Equal(1, report.Records.Quarantined);
        var entry = File.ReadAllText(Assert.Single(Directory.EnumerateFiles(folder["run/quarantine"], "*", SearchOption.AllDirectories)));
        Assert.Contains("about shard 1, of which this task has no records", entry, StringComparison.Ordinal);
    }

    [Fact]
    public void Execute_FailsAtAnyCommit_ResumesToTheSameBytes()
    {
        using var folder = Folder();
        var job = TestRun.Job(folder, Steps);
        TestRun.Execute(job, folder["whole"]);
        var calls = 0;
        TestRun.Execute(job, new FaultyStore(new FileStore(folder["counted"]), (_, _) => Interlocked.Increment(ref calls)), 1);
        for (var at = 1; at < calls; at += 1 + (calls / 60))
        {
            var left = at;
            var store = new FaultyStore(new FileStore(folder[$"cut/{at}"]), (_, _) =>
            {
                if (Interlocked.Decrement(ref left) <= 0)
                {
                    throw new IOException("No space left on device", 28);
                }
            });
            Assert.ThrowsAny<Exception>(() => TestRun.Execute(job, store, 1));

            // It could not give back its claim either, and this process lives on.
            new FileStore(folder[$"cut/{at}"]).Delete(Claim.Path);
            TestRun.Execute(job, folder[$"cut/{at}"]);
            Assert.Equal(TestRun.Bytes(folder["whole"]), TestRun.Bytes(folder[$"cut/{at}"]));
            Directory.Delete(folder[$"cut/{at}"], true);
        }
    }

    [Fact]
    public void Finish_Done_PublishesWithAManifest()
    {
        using var folder = Folder();
        var report = TestRun.Execute(TestRun.Job(folder, Steps, "out/{meta.n}".Replace("{meta.n}", "{source}", StringComparison.Ordinal)), folder["run"]);
        using var manifest = JsonDocument.Parse(File.ReadAllText(folder["out/manifest.json"]));
        Assert.Equal(report.Records.Written, manifest.RootElement.GetProperty("rows").GetInt64());
        foreach (var file in manifest.RootElement.GetProperty("files").EnumerateArray())
        {
            var path = folder[$"out/{file.GetProperty("path").GetString()}"];
            var bytes = File.ReadAllBytes(path);
            Assert.Equal(file.GetProperty("bytes").GetInt64(), bytes.Length);
            Assert.Equal(file.GetProperty("sha256").GetString(), Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes)));
            Assert.Equal(file.GetProperty("rows").GetInt64(), TestRun.Lines(path).Count());
        }

        Assert.StartsWith("---\n", File.ReadAllText(folder["out/README.md"]), StringComparison.Ordinal);
    }

    [Fact]
    public void Finish_WorkerThatSleptWhileOthersEndedTheRun_LeavesTheDatasetAlone()
    {
        using var folder = Folder();
        var job = TestRun.Job(folder, Steps);
        using var opened = Run.OpenForFleet(job, TestRun.Catalog, folder["run"], false, "fleet", TimeProvider.System);
        using var late = Run.Join(folder["run"], TestRun.Catalog, "fleet", TimeProvider.System);
        using var other = Run.Join(folder["run"], TestRun.Catalog, "fleet", TimeProvider.System);
        new LocalEngine(2, TimeProvider.System).Execute(other, default);
        other.Finish("done");
        folder.Write("out/manifest.json", "of a later run");
        Assert.Throws<JobFailedException>(() => late.Finish("done"));
        Assert.Equal("of a later run", File.ReadAllText(folder["out/manifest.json"]));
    }

    [Fact]
    public void Finish_OutputsOfAnEarlierRun_AreReplaced()
    {
        using var folder = Folder();
        TestRun.Execute(TestRun.Job(folder, "", "out/{source}"), folder["runs/a"]);
        folder.Write("out/mine.txt", "not the pipeline's");
        File.Delete(folder["in/b.jsonl"]);
        TestRun.Execute(TestRun.Job(folder, "", "out/{source}"), folder["runs/b"]);
        Assert.Equal(["README.md", "a.jsonl", "manifest.json", "mine.txt"], Directory.EnumerateFileSystemEntries(folder["out"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Execute_EveryDrop_IsKeptWithItsReason()
    {
        using var folder = Folder();
        var report = TestRun.Execute(TestRun.Job(folder, Steps), folder["run"]);
        foreach (var (step, reasons) in report.Records.Dropped)
        {
            var lines = Directory.EnumerateFiles(folder[$"run/dropped/{step}"]).SelectMany(TestRun.Lines).ToList();
            Assert.Equal(reasons.Values.Sum(), lines.Count);
            Assert.All(lines, line => Assert.Contains($"\"_drop\":{{\"step\":\"{step}\",\"reason\":\"", line, StringComparison.Ordinal));
            Assert.All(lines, line => Assert.Contains("\"_at\":{\"file\":", line, StringComparison.Ordinal));
        }
    }

    private static TempFolder Folder()
    {
        var folder = new TempFolder();
        folder.Write("in/a.jsonl", TestTexts.Lines(2500, 1));
        folder.Write("in/b.jsonl", TestTexts.Lines(700, 2));
        return folder;
    }

    private sealed class ShiftedTime(TimeSpan shift) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + shift;
    }
}
