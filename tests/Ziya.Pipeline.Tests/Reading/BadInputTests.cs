using System.IO.Compression;
using System.Text;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Runs;
using Ziya.Pipeline.Tests.Fixtures;

namespace Ziya.Pipeline.Tests.Reading;

/// <summary>Whatever the input, the job ends with every record accounted for, or says what is wrong.</summary>
public sealed class BadInputTests
{
    private const string Good = "{\"id\":\"good\",\"text\":\"灯塔 and a lamp\"}\n";

    [Theory]
    [InlineData("{\"id\":\"x\",\"text\":", "not valid JSON")]
    [InlineData("{\"id\":\"x\",\"text\":\"a\"}}", "not valid JSON")]
    [InlineData("{\"id\":\"x\",\"text\":\"a\" \"b\":1}", "not valid JSON")]
    [InlineData("nonsense", "not valid JSON")]
    [InlineData("[1,2]", "expected a JSON object, found an array")]
    [InlineData("\"text\"", "expected a JSON object, found a string")]
    [InlineData("null", "expected a JSON object, found null")]
    [InlineData("{\"id\":\"x\"}", "\"text\" is missing")]
    [InlineData("{\"id\":\"x\",\"text\":null}", "\"text\" is")]
    [InlineData("{\"id\":\"x\",\"text\":7}", "\"text\" is a number, expected a string")]
    [InlineData("{\"id\":\"x\",\"text\":[\"a\"]}", "\"text\" is an array, expected a string")]
    [InlineData("{\"id\":\"x\",\"text\":\"a\",\"scores\":[]}", "\"scores\" is an array")]
    [InlineData("{\"id\":\"x\",\"text\":\"a\",\"scores\":{\"s\":\"high\"}}", "scores")]
    [InlineData("{\"id\":\"x\",\"text\":\"a\",\"meta\":1}", "\"meta\" is a number")]
    [InlineData("{\"id\":\"x\",\"text\":\"\\uD83D\"}", "half a surrogate pair")]
    [InlineData("{\"id\":\"x\",\"text\":\"a\u0000b\"}", "not valid JSON")]
    [InlineData("{\"id\":\"x\",\"text\":\"a\",\"text\":\"b\"}", "twice")]
    public void Run_LineOfTheWrongShape_IsQuarantinedWithTheReason(string line, string reason)
    {
        var (report, quarantine) = Run(Encoding.UTF8.GetBytes(Good + line + "\n" + Good));
        Assert.Equal((3, 2, 1), (report.Records.Read, report.Records.Written, report.Records.Quarantined));
        var entry = Assert.Single(quarantine);
        Assert.Contains("a.jsonl\",\"line\":2,\"offset\":" + Encoding.UTF8.GetByteCount(Good), entry, StringComparison.Ordinal);
        Assert.Contains(reason, entry.Replace("\\\"", "\"", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_InvalidUtf8_IsQuarantined()
    {
        foreach (var bad in new byte[][] { [0xFF], [0xC3], [0xED, 0xA0, 0x80], [0xC0, 0x80], [0xF5, 0x80, 0x80, 0x80] })
        {
            var (report, quarantine) = Run([.. "{\"id\":\"x\",\"text\":\"a"u8, .. bad, .. "b\"}\n"u8, .. Encoding.UTF8.GetBytes(Good + Good + Good)]);
            Assert.Equal((4, 3), (report.Records.Read, report.Records.Written));
            Assert.Contains("invalid UTF-8 at byte 19 of the line", Assert.Single(quarantine), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Run_NulBytes_AreQuarantinedOrKept()
    {
        var (report, quarantine) = Run([.. new byte[5000], (byte)'\n', .. "{\"id\":\"esc\",\"text\":\"a\\u0000b\"}\n"u8, 0, (byte)'\n', .. Encoding.UTF8.GetBytes(Good)]);
        Assert.Equal((4, 2, 2), (report.Records.Read, report.Records.Written, report.Records.Quarantined));
        Assert.Equal(2, quarantine.Count);
    }

    [Fact]
    public void Run_HundredThousandLevels_AreQuarantined()
    {
        const int Levels = 100_000;
        var deep = "{\"id\":\"deep\",\"text\":\"x\",\"m\":" + new string('[', Levels) + new string(']', Levels) + "}\n";
        var objects = "{\"id\":\"deep2\",\"text\":\"x\",\"m\":" + string.Concat(Enumerable.Repeat("{\"a\":", Levels)) + "1" + new string('}', Levels) + "}\n";
        var (report, quarantine) = Run(Encoding.UTF8.GetBytes(deep + Good + objects));
        Assert.Equal((3, 1, 2), (report.Records.Read, report.Records.Written, report.Records.Quarantined));
        Assert.All(quarantine, entry => Assert.Contains("nested deeper than 64 levels", entry, StringComparison.Ordinal));
    }

    [Fact]
    public void Run_DuplicateIds_AreAllKept()
    {
        var (report, _) = Run(Encoding.UTF8.GetBytes(Good + Good + "{\"id\":\"good\",\"text\":\"another\"}\n"), "unique");
        Assert.Equal((3, 2), (report.Records.Read, report.Records.Written));
    }

    [Fact]
    public void Run_EmptyLinesAndByteOrderMark_AreNoRecords()
    {
        var (report, _) = Run([0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes("\r\n\n" + Good.Replace("\n", "\r\n", StringComparison.Ordinal) + "  \t\n" + Good.TrimEnd())]);
        Assert.Equal((2, 2, 0), (report.Records.Read, report.Records.Written, report.Records.Quarantined));
    }

    [Theory]
    [InlineData("a.jsonl")]
    [InlineData("a.jsonl.gz")]
    [InlineData("a.jsonl.zst")]
    [InlineData("a.jsonl.br")]
    public void Run_EmptyFile_IsNoFault(string name)
    {
        using var folder = new TempFolder();
        folder.Write("in/" + name, []);
        var report = TestRun.Execute(TestRun.Job(folder, "unique"), folder["run"]);
        Assert.Equal(0, report.Records.Read);
        Assert.Contains("No record was read", Assert.Single(report.Warnings), StringComparison.Ordinal);
        Assert.True(File.Exists(folder["out/manifest.json"]));
    }

    [Fact]
    public void Run_TruncatedGzip_KeepsWhatCameBefore()
    {
        using var folder = new TempFolder();
        var whole = Gzip(TestTexts.Lines(4000, 1));
        folder.Write("in/a.jsonl.gz", whole[..(whole.Length / 2)]);
        folder.Write("in/b.jsonl", Good);
        var report = TestRun.Execute(TestRun.Job(folder, ""), folder["run"]);
        Assert.InRange(report.Records.Written, 1000, 3000);
        var last = File.ReadLines(folder["run/quarantine/part-00000.jsonl"]).Last();
        Assert.Contains("a.jsonl.gz", last, StringComparison.Ordinal);
        Assert.Contains("the rest of the file cannot be read", last, StringComparison.Ordinal);
        Assert.Contains(TestRun.Output(folder), line => line.Contains("灯塔 and a lamp", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("a.jsonl.gz")]
    [InlineData("a.jsonl")]
    public void Run_PackedFileOfManyTasks_IsReadWhole(string name)
    {
        using var folder = new TempFolder();
        folder.Write("in/" + name, Gzip(TestTexts.Lines(30_000, 1)));
        Assert.InRange(new FileInfo(folder["in/" + name]).Length, (1 << 20) + 1, 1 << 22);
        var report = TestRun.Execute(TestRun.Job(folder, "", extra: "limits: { split_mb: 1 }"), folder["run"]);
        Assert.Equal((30_000, 30_000 / 97), (report.Records.Read, report.Records.Quarantined));
    }

    [Fact]
    public void Run_GzipWithGarbageBehind_KeepsWhatCameBefore()
    {
        using var folder = new TempFolder();
        folder.Write("in/a.jsonl.gz", [.. Gzip(Good), .. "garbage that is no gzip member"u8]);
        var report = TestRun.Execute(TestRun.Job(folder, ""), folder["run"]);
        Assert.Equal((2, 1, 1), (report.Records.Read, report.Records.Written, report.Records.Quarantined));
    }

    [Fact]
    public void Run_NameLiesAboutPacking_BytesDecide()
    {
        using var folder = new TempFolder();
        folder.Write("in/a.jsonl", Gzip(Good));
        folder.Write("in/b.jsonl.gz", Good);
        var report = TestRun.Execute(TestRun.Job(folder, ""), folder["run"]);
        Assert.Equal((2, 2), (report.Records.Read, report.Records.Written));
    }

    [Fact]
    public void Run_LineOverTheLimit_IsQuarantinedAndSkipped()
    {
        var huge = "{\"id\":\"huge\",\"text\":\"" + new string('x', 3 << 20) + "\"}\n";
        var (report, quarantine) = Run(Encoding.UTF8.GetBytes(Good + huge + Good), "", "limits: { record_mb: 1 }");
        Assert.Equal((3, 2, 1), (report.Records.Read, report.Records.Written, report.Records.Quarantined));
        Assert.Contains("record_mb", Assert.Single(quarantine), StringComparison.Ordinal);
        Assert.Contains($"\"bytes\":{huge.Length - 1}", quarantine[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("with space.jsonl")]
    [InlineData("中文 文件.jsonl")]
    [InlineData("quote\"and'.jsonl")]
    [InlineData("new\nline.jsonl")]
    [InlineData("-rf.jsonl")]
    [InlineData("{language}.jsonl")]
    [InlineData("back\\slash.jsonl")]
    [InlineData("emoji😀.jsonl")]
    public void Run_HostileFileName_IsReadAndNamed(string name)
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder["in"]);
        File.WriteAllText(Path.Combine(folder["in"], name), Good + "bad\n");
        var report = TestRun.Execute(TestRun.Job(folder, "unique"), folder["run"]);
        Assert.Equal((2, 1, 1), (report.Records.Read, report.Records.Written, report.Records.Quarantined));
    }

    [Theory]
    [InlineData("../../escape")]
    [InlineData("/etc/passwd")]
    [InlineData("..")]
    [InlineData("a\u0000b")]
    [InlineData("con/..\\..")]
    [InlineData("")]
    [InlineData("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx长长长长长长长")]
    public void Run_HostileFolderValue_StaysInTheOutputFolder(string value)
    {
        using var folder = new TempFolder();
        folder.Write("in/a.jsonl", $"{{\"id\":\"1\",\"text\":\"x\",\"site\":{System.Text.Json.JsonSerializer.Serialize(value)}}}\n");
        TestRun.Execute(TestRun.Job(folder, "", "out/{meta.site}"), folder["run"]);
        Assert.Single(TestRun.Output(folder));
        Assert.Single(Directory.EnumerateFiles(folder.Path, "part-*.jsonl.gz", SearchOption.AllDirectories), path => !path.Contains("/run/", StringComparison.Ordinal));
    }

    [Fact]
    public void Run_SymlinkLoops_AreWalkedOnce()
    {
        using var folder = new TempFolder();
        folder.Write("in/a.jsonl", Good);
        folder.Write("other/deep/b.jsonl", Good);
        Directory.CreateSymbolicLink(folder["in/loop"], folder["in"]);
        Directory.CreateSymbolicLink(folder["in/relative"], "../in/.");
        Directory.CreateSymbolicLink(folder["in/other"], folder["other"]);
        Directory.CreateSymbolicLink(folder["other/deep/back"], "..");
        Directory.CreateSymbolicLink(folder["other/deep/in"], "../../in");
        var report = TestRun.Execute(Everywhere(folder), folder["run"]);
        Assert.Equal(2, report.Records.Written);
    }

    [Fact]
    public void Run_LinkedFile_IsSplitAsTheFileItself()
    {
        using var folder = new TempFolder();
        var records = TestTexts.Lines(20_000, 1);
        folder.Write("elsewhere/a.jsonl", records);
        Directory.CreateDirectory(folder["in"]);
        File.CreateSymbolicLink(folder["in/a.jsonl"], "../elsewhere/a.jsonl");
        var report = TestRun.Execute(TestRun.Job(folder, "", extra: "limits: { split_mb: 1 }"), folder["run"]);
        Assert.Equal(Encoding.UTF8.GetByteCount(records) / (1 << 20) + 1, report.Phases[0].Tasks);
        Assert.Equal(20_000, report.Records.Read);
        File.AppendAllText(folder["elsewhere/a.jsonl"], Good);
        Assert.Equal(20_001, TestRun.Execute(TestRun.Job(folder, "", extra: "limits: { split_mb: 1 }"), folder["run"]).Records.Read);
    }

    [Fact]
    public void Run_LinkToNowhere_IsAFaultOfTheJob()
    {
        using var folder = new TempFolder();
        folder.Write("in/a.jsonl", Good);
        File.CreateSymbolicLink(folder["in/gone.jsonl"], folder["nowhere.jsonl"]);
        Assert.Contains("in/gone.jsonl is a symbolic link that leads nowhere", Assert.Throws<JobFaultException>(() => Everywhere(folder)).Message, StringComparison.Ordinal);
        File.Delete(folder["in/gone.jsonl"]);
        File.CreateSymbolicLink(folder["in/self.jsonl"], folder["in/self.jsonl"]);
        Assert.Contains("in/self.jsonl is a symbolic link that leads nowhere", Assert.Throws<JobFaultException>(() => Everywhere(folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_Pipe_IsAFaultOfTheJob_AndIsNotWaitedFor()
    {
        using var folder = new TempFolder();
        folder.Write("in/a.jsonl", Good);
        using (var made = System.Diagnostics.Process.Start("mkfifo", folder["in/pipe.jsonl"]))
        {
            made.WaitForExit();
        }

        Assert.Contains("in/pipe.jsonl is a pipe", Assert.Throws<JobFaultException>(() => Everywhere(folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_FileGoneBeforeItsTask_Fails()
    {
        using var folder = new TempFolder();
        var path = folder.Write("in/a.jsonl", Good);
        using var run = Ziya.Pipeline.Runs.Run.Open(TestRun.Job(folder, ""), TestRun.Catalog, folder["run"], false, TimeProvider.System);
        File.Delete(path);
        var failure = Assert.Throws<JobFailedException>(() => new LocalEngine(1, TimeProvider.System).Execute(run, default));
        Assert.Contains("is gone", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_RandomBytes_AllAddUp()
    {
        var random = new Random(11);
        for (var i = 0; i < 30; i++)
        {
            var bytes = Encoding.UTF8.GetBytes(TestTexts.Lines(60, i));
            for (var k = random.Next(200); k > 0; k--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            var (report, quarantine) = Run(bytes, "unique, append: { word: x }");
            Assert.Equal(report.Records.Quarantined, quarantine.Count);
            Assert.Equal(Lines(bytes), report.Records.Read);
        }
    }

    private static Job Everywhere(TempFolder folder) => JobFile.Parse(
        $"job: test\ninput: {{ read: '{folder.Path}/in/**/*.jsonl' }}\nsteps: []\noutput: {{ write: '{folder.Path}/out' }}\n", "test.yaml", [], TestRun.Catalog);

    private static int Lines(byte[] bytes) => Encoding.Latin1.GetString(bytes).Split('\n').Count(line => line.Trim(' ', '\t', '\r').Length > 0);

    private static (Report Report, List<string> Quarantine) Run(byte[] content, string steps = "", string extra = "")
    {
        using var folder = new TempFolder();
        folder.Write("in/a.jsonl", content);
        var report = TestRun.Execute(TestRun.Job(folder, steps, extra: extra), folder["run"]);
        Assert.Equal(report.Records.Written, TestRun.Output(folder).Count);
        var quarantine = folder["run/quarantine"];
        return (report, Directory.Exists(quarantine) ? [.. Directory.EnumerateFiles(quarantine).SelectMany(File.ReadLines)] : []);
    }

    private static byte[] Gzip(string text)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        return packed.ToArray();
    }
}
