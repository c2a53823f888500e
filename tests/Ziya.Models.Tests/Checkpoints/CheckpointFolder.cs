using System.Text;
using Ziya.Models.Checkpoints;

namespace Ziya.Models.Tests.Checkpoints;

/// <summary>A folder for the weights of one test.</summary>
internal sealed class CheckpointFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("ziya-checkpoint-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);

    /// <summary>Writes a safetensors file from a header as it stands and so many bytes of data.</summary>
    public string Safetensors(string header, int dataBytes, ulong? headerBytes = null, string name = "model.safetensors")
    {
        var json = Encoding.UTF8.GetBytes(header);
        File.WriteAllBytes(this[name], [.. BitConverter.GetBytes(headerBytes ?? (ulong)json.Length), .. json, .. new byte[dataBytes]]);
        return this[name];
    }

    /// <summary>Writes a .bin archive from a pickle as it stands; one storage of so many bytes.</summary>
    public string Bin(ReadOnlySpan<byte> pickle, int dataBytes = 0, string name = "pytorch_model.bin")
    {
        using var zip = new StoredZipWriter(this[name]);
        zip.Add("archive/data.pkl", pickle);
        zip.Add("archive/data/0", new byte[dataBytes]);
        zip.Complete();
        return this[name];
    }

    public static byte[] Bytes(TensorType type, params float[] values)
    {
        var bytes = new byte[values.Length * type.Size()];
        TensorElements.FromFloats(type, values, bytes);
        return bytes;
    }

    public static float[] Floats(Checkpoint checkpoint, string name)
    {
        using var view = checkpoint.View(name);
        var floats = new float[view.Tensor.Count];
        view.Read(0, floats);
        return floats;
    }
}
