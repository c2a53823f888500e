using System.Text;
using System.Text.Json.Nodes;
using Ziya.Pipeline.Tests.Fixtures;

namespace Ziya.Cli.Tests;

/// <summary>Disks and inputs that only a process of its own can meet.</summary>
public sealed class BadWorldTests : IDisposable
{
    private const long MaxBytes = 1L << 30;
    private readonly TempFolder _folder = new();

    [Fact]
    public void Run_LineOfAGigabyte_IsQuarantinedInBoundedMemory()
    {
        const string Before = "{\"id\":\"before\",\"text\":\"灯塔守护者 the keeper of the lamp\"}\n";
        _folder.Write("in/a.jsonl", Before);
        using (var file = new FileStream(_folder["in/a.jsonl"], FileMode.Append))
        {
            // A hole of the file system: a gigabyte of NUL without the disk.
            file.SetLength(file.Length + MaxBytes);
            file.Seek(0, SeekOrigin.End);
            file.Write(Encoding.UTF8.GetBytes("\n" + Before.Replace("before", "after", StringComparison.Ordinal)));
        }

        TestJob.Write(_folder, steps: "", output: "out", extra: "");
        using var process = ZiyaProcess.Start(_folder.Path, "run", "job.yaml", "--run-dir", "run");
        var result = process.Wait();
        Assert.True(result.Exit == 0, result.Error);
        Assert.Equal((3, 2, 1), Records("run"));
        Assert.InRange(process.PeakBytes, 1, 512L << 20);
        var entry = Assert.Single(Directory.EnumerateFiles(_folder["run/quarantine"]).SelectMany(File.ReadLines));
        Assert.Contains("\"line\":2", entry, StringComparison.Ordinal);
        Assert.Contains("record_mb", entry, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("runs")]
    [InlineData("out")]
    public void Run_FullDisk_FailsClearlyAndResumes(string full)
    {
        _folder.Write("in/a.jsonl", TestTexts.Lines(30_000, 3));
        TestJob.Write(_folder, steps: "  - language", output: "out/{language}");
        Directory.CreateDirectory(_folder[full]);

        // A disk of its own that is too small, then the same with room made.
        var result = ZiyaProcess.Shell(_folder.Path, $"""
            unshare -rm bash -c '
              mount -t tmpfs -o size=300k tmpfs {full} || exit 99
              $ZIYA run job.yaml; first=$?
              mount -o remount,size=64m {full}
              $ZIYA run job.yaml > second.txt 2>&1; second=$?
              echo "exits $first $second"'
            """);
        Assert.SkipWhen(result.Exit == 99 || result.Error.Contains("unshare", StringComparison.Ordinal), "needs a user namespace to mount a small disk: " + result.Error.Trim());
        Assert.Contains("exits 1 0", result.Output, StringComparison.Ordinal);
        Assert.Contains("No space left on device", result.Error, StringComparison.Ordinal);
        Assert.Contains("Run the same command again", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("out", 2, "job.yaml:")]
    [InlineData("runs", 1, "runs/r")]
    public void Run_ReadOnlyDisk_IsToldAndNothingIsLost(string readOnly, int exit, string told)
    {
        _folder.Write("in/a.jsonl", TestTexts.Lines(10, 3));
        TestJob.Write(_folder, steps: "  - language", output: "out/{language}");
        Directory.CreateDirectory(_folder[readOnly]);
        var result = ZiyaProcess.Shell(_folder.Path, $"""
            unshare -rm bash -c '
              mount -t tmpfs -o ro tmpfs {readOnly} || exit 99
              $ZIYA run job.yaml --run-dir runs/r; first=$?
              mount -o remount,rw {readOnly}
              $ZIYA run job.yaml --run-dir runs/r > second.txt 2>&1; second=$?
              echo "exits $first $second"'
            """);
        Assert.SkipWhen(result.Exit == 99 || result.Error.Contains("unshare", StringComparison.Ordinal), "needs a user namespace to mount a disk: " + result.Error.Trim());
        Assert.Contains($"exits {exit} 0", result.Output, StringComparison.Ordinal);
        Assert.Contains(told, result.Error, StringComparison.Ordinal);
        Assert.Contains("Read-only file system", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_OutputThatCannotBeWritten_IsAFaultBeforeAnythingRuns()
    {
        _folder.Write("in/a.jsonl", TestTexts.Lines(10, 3));
        TestJob.Write(_folder, output: "/proc/ziya/out");
        var result = ZiyaProcess.Run(_folder.Path, "run", "job.yaml");
        Assert.Equal(2, result.Exit);
        Assert.Contains("job.yaml:", result.Error, StringComparison.Ordinal);
        Assert.Contains("/proc", result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["runs"]));
    }

    [Fact]
    public void Run_RunFolderThatCannotBeWritten_SaysSo()
    {
        _folder.Write("in/a.jsonl", TestTexts.Lines(10, 3));
        TestJob.Write(_folder);
        var result = ZiyaProcess.Run(_folder.Path, "run", "job.yaml", "--run-dir", "/proc/ziya");
        Assert.Equal(1, result.Exit);
        Assert.Contains("/proc/ziya", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_GlobWithoutMatch_IsAFault()
    {
        TestJob.Write(_folder, read: "nowhere/*.jsonl");
        var result = ZiyaProcess.Run(_folder.Path, "run", "job.yaml");
        Assert.Equal(2, result.Exit);
        Assert.Contains("nowhere/*.jsonl", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_FileNameThatIsNoUtf8_IsAFaultOnlyWhereItIsRead()
    {
        // Made by a shell: no string of this program can say such a name.
        _folder.Write("in/a.jsonl", TestTexts.Lines(10, 3));
        TestJob.Write(_folder, steps: "", output: "out");
        Assert.Equal(0, ZiyaProcess.Shell(_folder.Path, "touch in/$'b\\xff\\xfe.txt' && $ZIYA run job.yaml").Exit);
        var result = ZiyaProcess.Shell(_folder.Path, "touch in/$'b\\xff\\xfe.jsonl' && $ZIYA run job.yaml");
        Assert.Equal(2, result.Exit);
        Assert.Contains("its name is not valid UTF-8", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_OutputIsAFile_IsAFault()
    {
        _folder.Write("in/a.jsonl", TestTexts.Lines(10, 3));
        _folder.Write("out", "something else");
        TestJob.Write(_folder);
        Assert.Equal(2, ZiyaProcess.Run(_folder.Path, "run", "job.yaml").Exit);
        Assert.Equal("something else", File.ReadAllText(_folder["out"]));
    }

    [Fact]
    public void Run_SmallestMemoryBound_IsKept()
    {
        // Input of ten times the bound is measured in Ziya.Benchmarks: it takes too long here.
        _folder.Write("in/a.jsonl", TestTexts.Lines(120_000, 5));
        TestJob.Write(_folder, extra: "limits: { memory_mb: 512, split_mb: 1 }");
        using var process = ZiyaProcess.Start(_folder.Path, "run", "job.yaml", "--run-dir", "run");
        Assert.Equal(0, process.Wait().Exit);
        Assert.InRange(process.PeakBytes, 1, 256L << 20);
    }

    public void Dispose() => _folder.Dispose();

    private (int Read, int Written, int Quarantined) Records(string runFolder)
    {
        var records = JsonNode.Parse(File.ReadAllText(Path.Combine(_folder[runFolder], "report.json")))!["records"]!;
        return ((int)records["read"]!, (int)records["written"]!, (int)records["quarantined"]!);
    }
}
