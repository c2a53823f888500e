using Ziya.Pipeline.Tests.Fixtures;

namespace Ziya.Cli.Tests;

public sealed class ModelsCommandTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("llama", "int4", "Llama Generate, Int4")]
    [InlineData("gptbigcode", "float16", "GptBigCode Generate, Float16")]
    [InlineData("reward", "float32", "Llama Reward, Float32")]
    [InlineData("embedding", "int8", "Llama Embed, Int8")]
    public void Models_TinyExportInfo_WorkTogether(string family, string type, string said)
    {
        var result = ZiyaProcess.Shell(_folder.Path, $"$ZIYA models tiny --family {family} --out hf && $ZIYA models info hf && $ZIYA models export hf --out onnx --dtype {type} && $ZIYA models info onnx");
        Assert.Equal((Exit.Done, ""), (result.Exit, result.Error));
        Assert.Contains(said, result.Output, StringComparison.Ordinal);
        Assert.Contains("its text is noise", result.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(_folder["onnx/model.onnx.data"]));
    }

    [Fact]
    public void Doctor_MachineAndModels_SaysHowTheyAre()
    {
        var result = ZiyaProcess.Shell(_folder.Path, "$ZIYA models doctor && $ZIYA models tiny --out hf && $ZIYA models doctor hf && $ZIYA models export hf --out onnx && $ZIYA models doctor onnx --template ziya2");
        Assert.Equal((Exit.Done, ""), (result.Exit, result.Error));
        Assert.Contains("All is well.", result.Output, StringComparison.Ordinal);
        Assert.Contains("0 faults, 1 warning.", result.Output, StringComparison.Ordinal);
        File.Delete(_folder["onnx/model.onnx.data"]);
        result = ZiyaProcess.Shell(_folder.Path, "$ZIYA models doctor onnx");
        Assert.Equal(Exit.Failed, result.Exit);
        Assert.Contains("fault    weights         onnx/model.onnx.data: is missing", result.Output, StringComparison.Ordinal);
        result = ZiyaProcess.Shell(_folder.Path, "$ZIYA models doctor onnx --device gpu");
        Assert.Equal(Exit.Wrong, result.Exit);
        Assert.Contains("expected auto, cpu, cuda or cuda:1", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("$ZIYA models export nowhere --out onnx", "nowhere: has no config.json")]
    [InlineData("$ZIYA models info nowhere", "nowhere: there is no such folder")]
    [InlineData("$ZIYA models tiny --out a && $ZIYA models merge-delta --base a --delta a --out b", "merged already")]
    [InlineData("$ZIYA models tiny --out a && $ZIYA models tiny --out a", "is there already")]
    [InlineData("$ZIYA models tiny --out a --hidden 60", "does not give 4 heads")]
    public void Models_Wrong_SayWhat(string line, string said)
    {
        var result = ZiyaProcess.Shell(_folder.Path, line);
        Assert.Equal(Exit.Failed, result.Exit);
        Assert.Contains(said, result.Error, StringComparison.Ordinal);
    }
}
