using System.IO.Compression;
using System.Text;
using Ziya.Models.Checkpoints;

namespace Ziya.Models.Tests.Checkpoints;

public sealed class PyTorchTests : IDisposable
{
    // As torch.save(collections.OrderedDict(w=torch.zeros(2, 3))) writes it: memo after every object, small integers, _metadata by BUILD.
    private const string Saved = "\u0080\u0002ccollections\nOrderedDict\nq\0)Rq\u0001(X\u0001\0\0\0wq\u0002ctorch._utils\n_rebuild_tensor_v2\nq\u0003((X\u0007\0\0\0storageq\u0004ctorch\nFloatStorage\nq\u0005"
        + "X\u0001\0\0\00q\u0006X\u0003\0\0\0cpuq\u0007K\u0006tq\u0008QK\0K\u0002K\u0003\u0086q\tK\u0003K\u0001\u0086q\n\u0089h\0)Rq\u000btq\u000cRq\u000du}q\u000eX\u0009\0\0\0_metadataq\u000fh\0)Rq\u0010sb.";

    private readonly CheckpointFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_StateDictionaryOfTorch_HasItsTensors()
    {
        _folder.Bin(Latin(Saved), 24);
        var checkpoint = Checkpoint.Open(_folder.Path);
        Assert.Equal("w Float32 [2, 3]", checkpoint["w"].ToString());
        Assert.Equal(new float[6], CheckpointFolder.Floats(checkpoint, "w"));
    }

    [Theory]
    [InlineData(TensorType.Float32)]
    [InlineData(TensorType.Float16)]
    [InlineData(TensorType.BFloat16)]
    public void Open_WhatTheWriterWrote_HasTheSameValues(TensorType type)
    {
        float[] first = [1, -2, 0.5f, 3], second = [7];
        PyTorchWriter.Write(_folder["pytorch_model.bin"], [
            (new("model.权重", type, [2, 2]), CheckpointFolder.Bytes(type, first)), (new("b", type, [1]), CheckpointFolder.Bytes(type, second))]);

        var checkpoint = Checkpoint.Open(_folder.Path);

        Assert.Equal(first, CheckpointFolder.Floats(checkpoint, "model.权重"));
        Assert.Equal(second, CheckpointFolder.Floats(checkpoint, "b"));
        Assert.Equal(0, checkpoint["b"].Offset % 64);
        using var zip = ZipFile.OpenRead(_folder["pytorch_model.bin"]);
        Assert.Equal(5, zip.Entries.Count);
        // Reading an entry to its end compares its checksum.
        Assert.All(zip.Entries, entry => { using var stream = entry.Open(); stream.CopyTo(Stream.Null); });
    }

    [Fact]
    public void Open_ShardsByIndex_AllTensors()
    {
        foreach (var i in new[] { 1, 2 })
        {
            PyTorchWriter.Write(_folder[$"pytorch_model-0000{i}-of-00002.bin"], [(new($"t{i}", TensorType.Float32, [1]), CheckpointFolder.Bytes(TensorType.Float32, i))]);
        }

        File.WriteAllText(_folder["pytorch_model.bin.index.json"], """{"weight_map":{"t1":"pytorch_model-00001-of-00002.bin","t2":"pytorch_model-00002-of-00002.bin"}}""");
        Assert.Equal([2f], CheckpointFolder.Floats(Checkpoint.Open(_folder.Path), "t2"));

        File.Delete(_folder["pytorch_model.bin.index.json"]);
        Assert.Equal([1f], CheckpointFolder.Floats(Checkpoint.Open(_folder.Path), "t1"));

        File.Delete(_folder["pytorch_model-00001-of-00002.bin"]);
        Fails("has 1 of the shards");
    }

    [Theory]
    [InlineData("\u0080\u0002cposix\nsystem\nX\u0006\0\0\0rm -rf\u0085R.", "wants to call posix.system")]
    [InlineData("\u0080\u0002cbuiltins\neval\n.", "wants to call builtins.eval")]
    [InlineData("\u0080\u0002ctorch\nload\n.", "wants to call torch.load")]
    [InlineData("\u0080\u0002(X\u0001\0\0\0ai", "opcode 0x69")]
    [InlineData("\u0080\u0002)\u0081.", "opcode 0x81")]
    [InlineData("\u0080\u0002\u0082\u0001.", "opcode 0x82")]
    [InlineData("\u0080\u0004.", "protocol 4")]
    [InlineData("\u0080\u0002]}b.", "opcode 0x62")]
    [InlineData("\u0080\u0002ctorch\nFloatStorage\n)R.", "calls torch.FloatStorage")]
    [InlineData("\u0080\u0002K\u0001.", "is not a dictionary of tensors")]
    [InlineData("\u0080\u0002}X\u0001\0\0\0aK\u0001s.", "'a' is not a tensor")]
    [InlineData("\u0080\u0002}X\u00ff\u00ff\u00ff\u007fa", "pickle is damaged")]
    [InlineData("\u0080\u0002}X\u0001\0\0\0as.", "pickle is damaged")]
    [InlineData("\u0080\u0002h\u0005.", "pickle is damaged")]
    [InlineData("\u0080\u0002t.", "pickle is damaged")]
    [InlineData("", "pickle is damaged")]
    public void Open_ForeignPickle_IsRefusedByName(string pickle, string message)
    {
        _folder.Bin(Latin(pickle));
        Fails(message);
    }

    [Fact]
    public void Open_TransposedView_IsRefused()
    {
        _folder.Bin(Latin(Saved.Replace("K\u0003K\u0001\u0086q\n", "K\u0001K\u0002\u0086q\n", StringComparison.Ordinal)), 24);
        Fails("not contiguous");
    }

    [Fact]
    public void Open_TensorLargerThanItsStorage_IsRefused()
    {
        _folder.Bin(Latin(Saved), 23);
        Fails("more than its storage");
    }

    [Fact]
    public void Open_StorageMissing_IsNamed()
    {
        _folder.Bin(Latin(Saved.Replace("X\u0001\0\0\00q", "X\u0001\0\0\07q", StringComparison.Ordinal)), 24);
        Fails("storage 7 of w is missing");
    }

    [Fact]
    public void Open_CutAnywhere_FailsClearly()
    {
        var path = _folder.Bin(Latin(Saved), 24);
        var whole = File.ReadAllBytes(path);
        for (var length = 0; length < whole.Length; length += 3)
        {
            File.WriteAllBytes(path, whole[..length]);
            Fails("pytorch_model.bin");
        }
    }

    [Fact]
    public void Open_AnyByteChanged_FailsClearlyOrReads()
    {
        var path = _folder.Bin(Latin(Saved), 24);
        var whole = File.ReadAllBytes(path);
        var random = new Random(7);
        for (var i = 0; i < 3000; i++)
        {
            var changed = whole.ToArray();
            changed[random.Next(changed.Length)] = (byte)random.Next(256);
            File.WriteAllBytes(path, changed);
            try
            {
                var checkpoint = Checkpoint.Open(_folder.Path);
                Assert.All(checkpoint.Tensors.Values, tensor => Assert.True(tensor.Offset + tensor.Bytes <= whole.Length));
            }
            catch (InvalidDataException)
            {
            }
        }
    }

    [Fact]
    public void Open_CompressedArchive_IsRefused()
    {
        using (var zip = ZipFile.Open(_folder["pytorch_model.bin"], ZipArchiveMode.Create))
        {
            using var stream = zip.CreateEntry("archive/data.pkl", CompressionLevel.Optimal).Open();
            stream.Write(new byte[1000]);
        }

        Fails("is compressed");
    }

    [Fact]
    public void Open_FormatBeforeZip_SaysSo()
    {
        File.WriteAllBytes(_folder["pytorch_model.bin"], Latin("\u0080\u0002\u008a\nl\u00fc\u009cF\u00f9 j\u00a8P\u0019."));
        Fails("is no whole zip archive");
    }

    private void Fails(string message) =>
        Assert.Contains(message, Assert.Throws<InvalidDataException>(() => Checkpoint.Open(_folder.Path)).Message, StringComparison.Ordinal);

    private static byte[] Latin(string text) => Encoding.Latin1.GetBytes(text);
}
