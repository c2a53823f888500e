using Ziya.Models.Checkpoints;

namespace Ziya.Models.Tests.Checkpoints;

public sealed class SafetensorsTests : IDisposable
{
    private const string Good = """{"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},"b":{"dtype":"F16","shape":[3],"data_offsets":[16,22]}}""";

    private readonly CheckpointFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_WhatTheWriterWrote_HasTheSameValues()
    {
        var specs = new TensorSpec[] { new("x", TensorType.Float32, [2, 2]), new("空", TensorType.BFloat16, [0, 3]), new("标量", TensorType.Float16, []), new("z", TensorType.BFloat16, [3]) };
        var bytes = new Dictionary<string, byte[]>
        {
            ["x"] = CheckpointFolder.Bytes(TensorType.Float32, 1, -2, 3.25f, float.NaN),
            ["空"] = [],
            ["标量"] = CheckpointFolder.Bytes(TensorType.Float16, 0.5f),
            ["z"] = CheckpointFolder.Bytes(TensorType.BFloat16, 1, -1.0078125f, 1e30f),
        };
        SafetensorsFolder.Write(_folder.Path, specs, (spec, writer) => writer.Write(bytes[spec.Name]));

        var checkpoint = Checkpoint.Open(_folder.Path);

        Assert.Equal(4, checkpoint.Tensors.Count);
        Assert.Equal([1, -2, 3.25f, float.NaN], CheckpointFolder.Floats(checkpoint, "x"));
        Assert.Equal([0.5f], CheckpointFolder.Floats(checkpoint, "标量"));
        Assert.Empty(CheckpointFolder.Floats(checkpoint, "空"));
        Assert.Equal(-1.0078125f, CheckpointFolder.Floats(checkpoint, "z")[1]);
        Assert.Equal([2, 2], checkpoint["x"].Shape);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(1000)]
    public void Open_ShardsOfAnySize_SameTensors(long shardBytes)
    {
        var specs = Enumerable.Range(0, 7).Select(i => new TensorSpec($"t{i}", TensorType.Float32, [i])).ToList();
        SafetensorsFolder.Write(_folder.Path, specs, (spec, writer) => writer.Write(new byte[spec.Bytes]), shardBytes);

        var checkpoint = Checkpoint.Open(_folder.Path);

        Assert.Equal(specs.Select(spec => spec.Name), checkpoint.Tensors.Keys);
        Assert.Equal(84, checkpoint.Bytes);
        Assert.Equal(shardBytes == 1000, checkpoint.Files.Count == 1);
    }

    [Fact]
    public void Open_ShardMissing_NamesIt()
    {
        SafetensorsFolder.Write(_folder.Path, [new("a", TensorType.Float32, [4]), new("b", TensorType.Float32, [4])], (spec, writer) => writer.Write(new byte[16]), 16);
        File.Delete(_folder["model-00002-of-00002.safetensors"]);
        Fails("model-00002-of-00002.safetensors. Download");

        File.Delete(_folder["model.safetensors.index.json"]);
        Fails("has 1 of the shards");
    }

    [Fact]
    public void Open_IndexThatLies_SaysSo()
    {
        _folder.Safetensors(Good, 22, name: "s.safetensors");
        File.WriteAllText(_folder["model.safetensors.index.json"], """{"weight_map":{"a":"s.safetensors","c":"s.safetensors"}}""");
        Fails("says that c is in s.safetensors; it is not");

        File.WriteAllText(_folder["model.safetensors.index.json"], """{"weight_map":{"a":"../s.safetensors"}}""");
        Fails("is not the name of a file beside it");

        File.WriteAllText(_folder["model.safetensors.index.json"], """{"weight_map":{"a":""");
        Fails("is no index of shards");
    }

    [Theory]
    [InlineData(Good, 21, "is truncated")]
    [InlineData(Good, 23, "1 bytes after its last tensor")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "b overlaps")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "leaves a hole")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "has 12 bytes, and its offsets say 8")]
    [InlineData("""{"a":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}}""", 8, "elements of type F8_E4M3")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "header is damaged")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}""", 8, "header is damaged")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[18446744073709551615,7]}}""", 8, "header is damaged")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2]}}""", 8, "header is damaged")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "names a twice")]
    [InlineData("""["no"]""", 0, "header is damaged")]
    [InlineData("""{"a":""", 0, "header is damaged")]
    public void Open_HeaderThatLies_SaysHow(string header, int dataBytes, string message)
    {
        _folder.Safetensors(header, dataBytes);
        Fails(message);
    }

    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData(100_000_001)]
    [InlineData(1000)]
    public void Open_HeaderLongerThanTheFile_SaysSo(ulong headerBytes)
    {
        _folder.Safetensors(Good, 22, headerBytes);
        Fails("claims a header of");
    }

    [Fact]
    public void Open_CutAnywhere_FailsClearly()
    {
        var path = _folder.Safetensors(Good, 22);
        var whole = File.ReadAllBytes(path);
        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(path, whole[..length]);
            Fails("model.safetensors");
        }
    }

    [Fact]
    public void View_FileCutSinceItWasOpened_FailsClearly()
    {
        var path = _folder.Safetensors(Good, 22);
        var checkpoint = Checkpoint.Open(_folder.Path);
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^3]);

        Assert.Contains("became shorter", Assert.Throws<InvalidDataException>(() => checkpoint.View("b")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NoWeights_SaysWhatWasLookedFor() => Fails("has no weights");

    private void Fails(string message) =>
        Assert.Contains(message, Assert.Throws<InvalidDataException>(() => Checkpoint.Open(_folder.Path)).Message, StringComparison.Ordinal);
}
