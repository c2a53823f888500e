using Ziya.Pipeline.Reading;
using Ziya.Pipeline.Reading.DuckDb;
using Ziya.Pipeline.Tests.Fixtures;

namespace Ziya.Pipeline.Tests.Reading;

/// <summary>The format <c>parquet</c>.</summary>
public sealed class ParquetTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public ParquetTests() => Assert.SkipWhen(!DuckDbLibrary.IsThere, "DuckDB's library is not on this machine");

    [Fact]
    public void Read_AnyTypes_BecomeJson()
    {
        var path = Write("SELECT '短' AS text, 'a longer \"text\", 灯塔在山上' AS t, 7::BIGINT AS n, 0.5 AS d, true AS b, NULL::INT AS z, DATE '2024-02-29' AS day, [1, 2] AS l, {'a': 'x', 'b': [{'c': 1}]} AS s, MAP {'k': 'v'} AS m");
        Assert.Equal(
            "{\"text\":\"短\",\"t\":\"a longer \\\"text\\\", 灯塔在山上\",\"n\":7,\"d\":0.5,\"b\":true,\"z\":null,\"day\":\"2024-02-29\",\"l\":[1,2],\"s\":{\"a\":\"x\",\"b\":[{\"c\":1}]},\"m\":{\"k\":\"v\"}}",
            Assert.Single(Read(path)).Content);
    }

    [Fact]
    public void Read_ManyRowGroups_RowsAreInOrder()
    {
        var path = Write("SELECT i, repeat('山', (i % 50)::INT) AS text FROM range(20000) t(i)", "(ROW_GROUP_SIZE 2048)");
        var found = Read(path);
        Assert.Equal(Enumerable.Range(0, 20_000).Select(i => $"{{\"i\":{i},\"text\":\"{new string('山', i % 50)}\"}}"), found.Select(one => one.Content));
        Assert.Equal(Enumerable.Range(0, 20_000).Select(i => ((long)i, i + 1L)), found.Select(one => (one.Offset, one.Line)));
    }

    [Fact]
    public void Read_NoRows_IsNoRecord() => Assert.Empty(Read(Write("SELECT 'x' AS text WHERE false")));

    [Fact]
    public void Read_RowOverTheLimit_IsAFaultOfItself()
    {
        var path = Write("SELECT repeat('长', 1 + 40000 * (i % 2)::INT) AS text FROM range(4) t(i)");
        var found = Read(path, 100_000);
        Assert.Equal([null, "longer than 100000 bytes; limits.record_mb allows more", null, "longer than 100000 bytes; limits.record_mb allows more"], found.Select(one => one.Fault));
    }

    [Theory]
    [InlineData("a*b?[c].parquet")]
    [InlineData("it's 中文 {x}.parquet")]
    [InlineData("new\nline \"q\".parquet")]
    public void Read_HostileName_IsReadAsItIs(string name)
    {
        var path = Write("SELECT '好' AS text");
        Write("SELECT 'another' AS text", name: "axb1c.parquet");
        File.Move(path, _folder[name]);
        Assert.Equal("{\"text\":\"好\"}", Assert.Single(Read(_folder[name])).Content);
    }

    [Fact]
    public void Read_Damaged_EndsWithAFaultOfTheFile()
    {
        var whole = File.ReadAllBytes(Write("SELECT i, md5(i::VARCHAR) AS text FROM range(5000) t(i)", "(ROW_GROUP_SIZE 2048)"));
        var random = new Random(9);
        for (var round = 0; round < 40; round++)
        {
            var bytes = round % 2 == 0 ? whole[..random.Next(whole.Length)] : [.. whole];
            for (var k = round % 2 * 20; k > 0; k--)
            {
                bytes[random.Next(4, bytes.Length)] ^= (byte)(1 << random.Next(8));
            }

            try
            {
                Assert.InRange(Read(_folder.Write("damaged.parquet", bytes)).Count, 0, 5000);
            }
            catch (InvalidDataException exception)
            {
                Assert.NotEqual("", exception.Message);
            }
        }
    }

    [Fact]
    public void Run_DamagedAndWrongFiles_AreQuarantinedOnce()
    {
        var whole = File.ReadAllBytes(Write("SELECT 'r' || i AS id, '山 ' || i AS text FROM range(100) t(i)"));
        _folder.Write("in/a.parquet", whole);
        _folder.Write("in/b.parquet", whole[..(whole.Length / 2)]);
        _folder.Write("in/c.parquet", "{\"id\":\"1\",\"text\":\"no parquet\"}\n");
        _folder.Write("in/d.parquet", []);
        _folder.Write("in/e.jsonl", whole);
        var report = TestRun.Execute(TestRun.Job(_folder, ""), _folder["run"]);
        Assert.Equal((104, 100, 4), (report.Records.Read, report.Records.Written, report.Records.Quarantined));
        Assert.Contains("it is Parquet", string.Concat(Directory.GetFiles(_folder["run/quarantine"]).Select(File.ReadAllText)), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private string Write(string query, string options = "", string name = "a.parquet")
    {
        using var copy = new DuckDbQuery($"COPY ({query}) TO '{_folder[name]}' {options}", 256);
        while (copy.Next())
        {
        }

        return _folder[name];
    }

    private static List<Found> Read(string path, int mostBytes = Found.MostBytes) =>
        [.. new Parquet().Read(new FormatInput(Stream.Null, path, 0, 0, mostBytes, path)).Select(Found.Of)];
}
