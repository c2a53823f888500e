using Ziya.Pipeline.Runs;
using Ziya.Pipeline.Storage;
using Ziya.Pipeline.Tests.Fixtures;

namespace Ziya.Pipeline.Tests.Runs;

public sealed class RunSweepTests : IDisposable
{
    private static readonly IReadOnlySet<string> Nobody = new HashSet<string>();
    private readonly TempFolder _folder = new();

    public RunSweepTests() => _folder.Write("in/a.jsonl", TestTexts.Lines(50, 1));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Find_OldAndYoungRuns_KeepsTheYoungAndTheLast()
    {
        Make("one", 100);
        Make("two", 50);
        Make("three", 40);
        Make("four", 1);
        Assert.Equal(["one", "two"], Goes(new Retention { KeepLast = 2 }));
        Assert.Equal(["one", "two", "three"], Goes(new Retention { KeepLast = 1 }));
        Assert.Equal(["one"], Goes(new Retention { KeepLast = 0, Keep = TimeSpan.FromDays(60) }));
        Assert.Equal(["one", "two", "three", "four"], Goes(new Retention { KeepLast = 0, Keep = TimeSpan.Zero }));
        Assert.Equal(["two"], Goes(new Retention { KeepLast = 2 }, "one"));
    }

    [Fact]
    public void Find_TooLarge_TheOldestGoBeforeTheirTime()
    {
        Make("one", 3);
        Make("two", 2);
        Make("three", 1);
        var bytes = new RunSweep(_folder["runs"], new Retention(), TimeProvider.System).Find(Nobody).ToDictionary(run => run.Name, run => run.Bytes);
        Assert.All(bytes.Values, size => Assert.True(size > 1000));
        Assert.Empty(Goes(new Retention { KeepLast = 1, MostBytes = bytes.Values.Sum() }));
        Assert.Equal(["one"], Goes(new Retention { KeepLast = 1, MostBytes = bytes.Values.Sum() - 1 }));
        Assert.Equal(["one", "two"], Goes(new Retention { KeepLast = 1, MostBytes = 1 }));
    }

    [Fact]
    public void Delete_Run_LeavesNothingButWhatNoRunWrites()
    {
        Make("whole", 100);
        Make("noted", 100);
        _folder.Write("runs/noted/notes.txt", "mine");
        _folder.Write("runs/noted/out/zh/part-00000.jsonl.gz", "a dataset in the folder of its run");
        Age("noted", 100);
        Assert.All(Sweep(), Assert.Null);
        Assert.False(Directory.Exists(_folder["runs/whole"]));
        Assert.Equal(["notes.txt", "out/zh/part-00000.jsonl.gz"], Directory.EnumerateFiles(_folder["runs/noted"], "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(_folder["runs/noted"], path)).Order());
        Assert.True(File.Exists(_folder["out/manifest.json"]));
        Assert.Empty(Goes(new Retention { KeepLast = 0 }));
    }

    [Fact]
    public void Delete_RunThatSomebodyHas_IsRefused()
    {
        Make("mine", 100);
        Make("fleets", 100);
        Make("late", 100);
        using (FleetClaim.Take(new FileStore(_folder["runs/fleets"]), "hangfire", TimeProvider.System))
        using (Claim.Take(new FileStore(_folder["runs/mine"]), TimeProvider.System))
        {
            Age("mine", 100);
            Age("fleets", 100);
            var sweep = new RunSweep(_folder["runs"], new Retention { KeepLast = 0 }, TimeProvider.System);
            var found = sweep.Find(Nobody).ToDictionary(run => run.Name);
            Assert.Equal(("somebody has it", "running"), (found["mine"].Kept, found["mine"].State));
            Assert.Equal("somebody has it", found["fleets"].Kept);
            using (Claim.Take(new FileStore(_folder["runs/late"]), TimeProvider.System))
            {
                Assert.Contains("is being written by process", sweep.Delete(found["late"]), StringComparison.Ordinal);
            }

            File.WriteAllText(_folder["runs/late/report.json"], File.ReadAllText(_folder["runs/late/report.json"]));
            Assert.Equal("it has changed meanwhile", sweep.Delete(found["late"]));
        }

        Assert.True(File.Exists(_folder["runs/late/plan.json"]));
    }

    [Fact]
    public void Delete_LinksAndStrangeNames_LeaveWhatLiesElsewhere()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need rights there");
        foreach (var name in new[] { "run", ".hidden", "-rf", "a b", "山", "elsewhere" })
        {
            Make(name, 100);
        }

        // A run folder, one of its folders and one of its files that lead out of it.
        _folder.Write("precious/part-00000.jsonl", "precious");
        _folder.Write("precious/deep/part-00001.jsonl", "precious too");
        Directory.Move(_folder["runs/elsewhere"], _folder["elsewhere"]);
        Directory.CreateSymbolicLink(_folder["runs/elsewhere"], _folder["elsewhere"]);
        Directory.CreateSymbolicLink(_folder["runs/run/phases/09-linked"], _folder["precious"]);
        Directory.CreateSymbolicLink(_folder["runs/run/scratch"], _folder["precious"]);
        File.CreateSymbolicLink(_folder["runs/run/phases/linked.jsonl"], _folder["precious/part-00000.jsonl"]);
        Age("run", 100);
        Assert.All(Sweep(), Assert.Null);
        Assert.False(Directory.Exists(_folder["runs/run"]));
        Assert.Equal(["precious", "precious too"], Directory.EnumerateFiles(_folder["precious"], "*", SearchOption.AllDirectories).Select(File.ReadAllText).Order());
        Assert.True(File.Exists(_folder["elsewhere/plan.json"]));
        Assert.All([".hidden", "-rf", "a b", "山"], name => Assert.True(File.Exists(_folder[$"runs/{name}/plan.json"])));
    }

    [Theory]
    [InlineData("30d", 720.0)]
    [InlineData("12h", 12.0)]
    [InlineData("1.5d", 36.0)]
    [InlineData("d", null)]
    [InlineData("-3d", null)]
    [InlineData("30", null)]
    [InlineData("9999999999d", null)]
    public void ParseTime_Text_IsHours(string text, double? hours) => Assert.Equal(hours, Retention.ParseTime(text)?.TotalHours);

    [Theory]
    [InlineData("20GB", 20_000_000_000)]
    [InlineData("1.5 TB", 1_500_000_000_000)]
    [InlineData("20", null)]
    [InlineData("many GB", null)]
    public void ParseBytes_Text_IsBytes(string text, long? bytes) => Assert.Equal(bytes, Retention.ParseBytes(text));

    private List<string?> Sweep()
    {
        var sweep = new RunSweep(_folder["runs"], new Retention { KeepLast = 0 }, TimeProvider.System);
        return [.. sweep.Find(Nobody).Select(sweep.Delete)];
    }

    private List<string> Goes(Retention retention, params string[] atWork) =>
        [.. new RunSweep(_folder["runs"], retention, TimeProvider.System).Find(atWork.ToHashSet()).Where(run => run.Kept is null).Select(run => run.Name)];

    private void Make(string name, int days)
    {
        TestRun.Execute(TestRun.Job(_folder, "unique"), _folder["runs/" + name], 1, true);
        Age(name, days);
    }

    private void Age(string name, int days)
    {
        foreach (var file in Directory.EnumerateFiles(_folder["runs/" + name], "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }))
        {
            File.SetLastWriteTimeUtc(file, TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-days));
        }
    }
}
