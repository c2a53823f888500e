using System.Buffers.Binary;
using System.Text.Json;

namespace Ziya.Models.Checkpoints;

/// <summary>Writes a safetensors file in one go: the header first, so what is to come is said at the beginning, then the bytes in that order.</summary>
internal sealed class SafetensorsWriter : IDisposable
{
    private readonly FileStream _file;
    private readonly long _end;

    public SafetensorsWriter(string path, IReadOnlyList<TensorSpec> tensors)
    {
        var header = Header(tensors, out var bytes);
        _file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);
        Span<byte> prefix = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, header.Length);
        _file.Write(prefix);
        _file.Write(header);
        _end = 8 + header.Length + bytes;
    }

    /// <summary>The next bytes.</summary>
    public void Write(ReadOnlySpan<byte> bytes) => _file.Write(bytes);

    /// <summary>Ends the file.</summary>
    /// <exception cref="InvalidOperationException">Fewer or more bytes came than were announced.</exception>
    public void Complete()
    {
        if (_file.Position != _end)
        {
            throw new InvalidOperationException($"{_file.Name}: {_file.Position} bytes written, {_end} announced.");
        }

        _file.Flush(flushToDisk: true);
    }

    public void Dispose() => _file.Dispose();

    private static byte[] Header(IReadOnlyList<TensorSpec> tensors, out long bytes)
    {
        using var buffer = new MemoryStream();
        bytes = 0;
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("__metadata__");
            json.WriteString("format", "pt");
            json.WriteEndObject();
            foreach (var tensor in tensors)
            {
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", SafetensorsFile.NameOf(tensor.Type));
                json.WriteStartArray("shape");
                tensor.Shape.ToList().ForEach(json.WriteNumberValue);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(bytes);
                json.WriteNumberValue(bytes += tensor.Bytes);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        // Data begins at a multiple of 8, as the format asks of writers: spaces are part of the JSON.
        while (buffer.Length % 8 != 0)
        {
            buffer.WriteByte((byte)' ');
        }

        return buffer.ToArray();
    }
}
