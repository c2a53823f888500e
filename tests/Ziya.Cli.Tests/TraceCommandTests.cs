using Ziya.Pipeline.Tests.Fixtures;

namespace Ziya.Cli.Tests;

/// <summary>One run whose records met every end, asked about each of them.</summary>
public sealed class TraceCommandTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public TraceCommandTests()
    {
        _folder.Write("in/a.jsonl", """
            {"id":"written","text":"灯塔在河流的尽头安静地亮着，守塔人每天夜里都要添油。"}
            {"id":"french","text":"Le phare se trouve au bout de la rivière, et la lampe brûle toute la nuit."}
            {"id":"copy","text":"灯塔在河流的尽头安静地亮着，守塔人每天夜里都要添油。","site":"elsewhere"}
            {"id":"cut","text":"ends he
            {"id":"twice","text":"The river was quiet and the lamp burned all night in the tower."}
            {"id":"twice","text":"La lampe brûle toute la nuit dans la tour au bord de la rivière."}

            """);
        TestJob.Write(_folder, steps: "  - language: { keep: [zh, en] }\n  - dedup_exact\n  - bucket: { by: length, cuts: { all: 100 } }", output: "out/{bucket}");
        var run = ZiyaProcess.Run(_folder.Path, "run", "job.yaml", "--run-dir", "run");
        Assert.True(run.Exit == 0, run.Error);
    }

    [Fact]
    public void Trace_AnyEnd_IsTold()
    {
        var written = Trace("written");
        Assert.Equal("source       in/a.jsonl:1 (byte 0)", written[0]);
        Assert.StartsWith("read         26 characters: 灯塔在河流的尽头", written[1], StringComparison.Ordinal);
        Assert.StartsWith("language     kept: language zh, language_confidence ", written[2], StringComparison.Ordinal);
        Assert.Equal("dedup_exact  kept", written[3]);
        Assert.Equal("bucket       kept: bucket all", written[4]);
        Assert.Equal("output       out/all/part-00000.jsonl.gz, row 1", written[5]);

        Assert.StartsWith("language  dropped: ", Trace("french")[^1], StringComparison.Ordinal);
        Assert.Contains("language fr", Trace("french")[^1], StringComparison.Ordinal);
        Assert.Matches("^dedup_exact  dropped: duplicate, keeper_id written, keeper_at 0:0, similarity 1, ", Trace("copy")[^1]);
        Assert.StartsWith("quarantine  not valid JSON", Trace("cut")[^1], StringComparison.Ordinal);

        var twice = Trace("twice");
        Assert.Equal("1 of 2 records with the id 'twice'", twice[0]);
        Assert.Contains("output       out/all/part-00000.jsonl.gz, row 2", twice);
        Assert.Contains("2 of 2 records with the id 'twice'", twice);
        Assert.Contains("dropped", twice[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Trace_UnknownIdOrFolder_FailsAndSaysSo()
    {
        var unknown = ZiyaProcess.Run(_folder.Path, "trace", "run", "nobody");
        Assert.Equal(1, unknown.Exit);
        Assert.Equal("No record 'nobody' in run. Ids are those of the input, or file@offset where it has none.", unknown.Error.Trim());
        var nowhere = ZiyaProcess.Run(_folder.Path, "trace", "nowhere", "written");
        Assert.Equal(1, nowhere.Exit);
        Assert.Equal("nowhere has no plan.json: it is not a run folder.", nowhere.Error.Trim());
        Assert.Equal(2, ZiyaProcess.Run(_folder.Path, "trace", "run").Exit);
    }

    public void Dispose() => _folder.Dispose();

    private string[] Trace(string id)
    {
        var result = ZiyaProcess.Run(_folder.Path, "trace", "run", id);
        Assert.True(result.Exit == 0, result.Error);
        return result.Output.TrimEnd().Split('\n');
    }
}
