using Ziya.Models.Checkpoints;
using Ziya.Models.Export;
using Ziya.Models.Tiny;

namespace Ziya.Models.Tests.Checkpoints;

public sealed class DeltaMergeTests : IDisposable
{
    private static readonly TinyOptions Small = new() { Family = TinyFamily.Llama, Layers = 1, Vocabulary = 1210, Type = TensorType.Float16 };

    private readonly CheckpointFolder _folder = new();

    public DeltaMergeTests()
    {
        TinyModel.Write(_folder["base"], Small with { Vocabulary = 1202, Seed = 1, Type = TensorType.Float32 });
        TinyModel.Write(_folder["tuned"], Small with { Seed = 2 });
        MakeDelta("tuned", "base", "delta");
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(50_000)]
    public void Run_DifferenceOfTwoModels_GivesTheTunedOne(long shardBytes)
    {
        Assert.Equal((10, 2), DeltaMerge.Run(_folder["base"], _folder["delta"], _folder["merged"], shardBytes));

        var (tuned, merged) = (Checkpoint.Open(_folder["tuned"]), Checkpoint.Open(_folder["merged"]));
        Assert.Equal(tuned.Tensors.Keys, merged.Tensors.Keys);
        foreach (var name in tuned.Tensors.Keys)
        {
            // What was stored whole comes out bit by bit; the rest as (tuned - base) + base does in float16.
            var isWhole = name.Contains("embed_tokens", StringComparison.Ordinal) || name.Contains("lm_head", StringComparison.Ordinal);
            Assert.All(CheckpointFolder.Floats(tuned, name).Zip(CheckpointFolder.Floats(merged, name)), pair => Assert.Equal(pair.First, pair.Second, isWhole ? 0 : 2e-3));
            Assert.Equal(TensorType.Float16, merged[name].Type);
        }

        Assert.Equal(1210, ModelConfig.Load(_folder["merged"]).Vocabulary);
        Assert.True(File.Exists(_folder["merged/tokenizer.model"]));
    }

    [Fact]
    public void Run_EveryValue_IsTheSumInHalfPrecision()
    {
        DeltaMerge.Run(_folder["base"], _folder["delta"], _folder["merged"]);
        var (old, delta, merged) = (Checkpoint.Open(_folder["base"]), Checkpoint.Open(_folder["delta"]), Checkpoint.Open(_folder["merged"]));
        const string Name = "model.layers.0.mlp.up_proj.weight";
        var expected = CheckpointFolder.Floats(old, Name).Zip(CheckpointFolder.Floats(delta, Name), (a, b) => (float)((Half)a + (Half)b));
        Assert.Equal(expected, CheckpointFolder.Floats(merged, Name));
    }

    [Fact]
    public void Run_WholeModelAsDifference_IsRefused() => Fails("base", "tuned", "merged already");

    [Fact]
    public void Run_DifferenceAsBase_IsRefused()
    {
        // Further training moves norms by hundredths; two models of random weights are farther apart.
        MakeDelta("tuned", "base", "near", (name, value) => name.Contains("norm", StringComparison.Ordinal) ? value / 10 : value);
        Fails("near", "near", "it is a difference itself");
    }

    [Fact]
    public void Run_BaseOfAnotherShape_IsRefused()
    {
        TinyModel.Write(_folder["wide"], Small with { Hidden = 128 });
        Fails("wide", "delta", "is not the base of");
    }

    [Fact]
    public void Run_BaseOfFewerLayers_IsRefused()
    {
        TinyModel.Write(_folder["deep"], Small with { Layers = 2, Seed = 3 });
        MakeDelta("deep", "deep", "deep-delta");
        Fails("base", "deep-delta", "9 of its tensors are missing");
    }

    [Fact]
    public void Run_SumsThatOverflow_AreRefusedAndNothingStays()
    {
        MakeDelta("tuned", "base", "broken", (name, value) => name.Contains("up_proj", StringComparison.Ordinal) ? float.PositiveInfinity : value);
        Fails("base", "broken", "infinite or no numbers");
        Assert.False(Directory.Exists(_folder["merged"]) || Directory.Exists(_folder["merged.partial"]));
    }

    private void Fails(string old, string delta, string message) =>
        Assert.Contains(message, Assert.Throws<InvalidDataException>(() => DeltaMerge.Run(_folder[old], _folder[delta], _folder["merged"])).Message, StringComparison.Ordinal);

    /// <summary>As make_delta.py does: what is named so is the tuned model's own, the rest is tuned - base in float16.</summary>
    private void MakeDelta(string tuned, string old, string target, Func<string, float, float>? change = null)
    {
        var (from, its) = (Checkpoint.Open(_folder[tuned]), Checkpoint.Open(_folder[old]));
        var tensors = from.Tensors.Values.Select(tensor =>
        {
            var values = CheckpointFolder.Floats(from, tensor.Name);
            if (!tensor.Name.Contains("embed_tokens", StringComparison.Ordinal) && !tensor.Name.Contains("lm_head", StringComparison.Ordinal))
            {
                values = [.. values.Zip(CheckpointFolder.Floats(its, tensor.Name), (a, b) => (float)((Half)a - (Half)b))];
            }

            return (new TensorSpec(tensor.Name, TensorType.Float16, tensor.Shape), CheckpointFolder.Bytes(TensorType.Float16, [.. values.Select(value => change?.Invoke(tensor.Name, value) ?? value)]));
        });
        Directory.CreateDirectory(_folder[target]);
        PyTorchWriter.Write(_folder[target + "/pytorch_model.bin"], [.. tensors]);
        ModelExport.Copy(_folder[tuned], _folder[target]);
    }
}
