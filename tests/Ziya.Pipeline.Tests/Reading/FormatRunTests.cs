using System.Text;
using System.Text.Json.Nodes;
using Ziya.Pipeline.Runs;
using Ziya.Pipeline.Storage;
using Ziya.Pipeline.Tests.Fixtures;

namespace Ziya.Pipeline.Tests.Reading;

/// <summary>Whole runs over files of the text formats: packed, in other encodings, under the wrong name.</summary>
public sealed class FormatRunTests : IDisposable
{
    private const string Csv = "id,text\n1,\"灯塔在山上，我们都看得到。\"\n2,这里的人说晚上很安静\n3,A lamp\n";
    private readonly TempFolder _folder = new();

    static FormatRunTests() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    [Theory]
    [InlineData("gb18030", Compression.None)]
    [InlineData("gb18030", Compression.Gzip)]
    [InlineData("big5", Compression.Zstd)]
    [InlineData("utf-16", Compression.Brotli)]
    [InlineData("utf-16BE", Compression.Gzip)]
    [InlineData("utf-8", Compression.Brotli)]
    public void Run_CsvOfAnyEncodingAndPacking_ReadsTheSame(string encoding, Compression compression)
    {
        var coded = Encoding.GetEncoding(encoding);
        var text = encoding == "big5" ? Csv.Replace("灯塔在山上，我们都看得到。", "燈塔在山上，我們都看得到。", StringComparison.Ordinal).Replace("这里的人说晚上很安静", "這裡的人說晚上很安靜", StringComparison.Ordinal) : Csv;
        _folder.Write("in/a.csv" + Compressions.Extension(compression), Pack([.. coded.GetPreamble(), .. coded.GetBytes(text)], compression));
        var report = Run();
        Assert.Equal((3, 3), (report.Records.Read, report.Records.Written));
        Assert.Equal(text.Split('\n')[1..^1].Select(line => line.Split(',', 2)[1].Trim('"')), TestRun.Output(_folder).Select(line => (string)JsonNode.Parse(line)!["text"]!));
    }

    [Fact]
    public void Run_PackedCsvCutOff_KeepsWhatCameBefore()
    {
        var whole = Pack(Encoding.UTF8.GetBytes("id,text\n" + string.Concat(Enumerable.Range(0, 20_000).Select(i => $"{i},山 {i * 7919 % 10_007}\n"))), Compression.Gzip);
        _folder.Write("in/a.csv.gz", whole[..(whole.Length / 2)]);
        var report = Run();
        Assert.InRange(report.Records.Written, 5_000, 15_000);
        Assert.Contains("the rest of the file cannot be read", Quarantine().Last(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.jsonl", "[\n  {\"text\": \"数组\"},\n  {\"text\": \"array\"}\n]\n", "one JSON value over many lines")]
    [InlineData("a.jsonl", "{\n  \"text\": \"对象\"\n}\n", "one JSON value over many lines")]
    [InlineData("a.csv", "PK\u0003\u0004 rest\nof a workbook\n", "zip archive")]
    [InlineData("a.txt", "%PDF-1.7\n", "it is a PDF")]
    [InlineData("a.jsonl", "WARC/1.0\r\nWARC-Type: warcinfo\r\n", "it is a web archive")]
    [InlineData("a.tsv", "PAR1 and more\n", "it is Parquet")]
    [InlineData("a.warc", "<html>\n<p>页面</p>\n", "no web archive")]
    public void Run_FileOfAnotherKind_IsToldOnce(string name, string content, string reason)
    {
        _folder.Write("in/" + name, content);
        _folder.Write("in/z.txt", "灯塔");
        var report = Run();
        Assert.Equal((2, 1, 1), (report.Records.Read, report.Records.Written, report.Records.Quarantined));
        Assert.Contains(reason, Assert.Single(Quarantine()), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_JsonArrayOverTheSplitSize_IsToldOnce()
    {
        _folder.Write("in/a.json", "[\n" + string.Concat(Enumerable.Repeat("  {\"text\": \"数组 array\"},\n", 60_000)) + "]\n");
        Assert.Equal((1, 1), (Run("limits: { split_mb: 1 }") is var report ? report.Records.Read : 0, report.Records.Quarantined));
    }

    public void Dispose() => _folder.Dispose();

    private Report Run(string extra = "") => TestRun.Execute(TestRun.Job(_folder, "", extra: extra), _folder["run"]);

    private IEnumerable<string> Quarantine() => Directory.EnumerateFiles(_folder["run/quarantine"]).SelectMany(File.ReadLines);

    private static byte[] Pack(byte[] bytes, Compression compression)
    {
        var packed = new MemoryStream();
        using (var stream = Compressions.Pack(packed, compression))
        {
            stream.Write(bytes);
        }

        return packed.ToArray();
    }
}
