using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace Ziya.Models.Checkpoints;

/// <summary>Writes a zip archive as torch.save does: entries stored, their bytes at multiples of 64. For files under 4 GB.</summary>
internal sealed class StoredZipWriter(string path) : IDisposable
{
    private readonly FileStream _file = new(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);
    private readonly List<(byte[] Name, uint Crc, long Length, long Offset)> _entries = [];

    /// <summary>Adds an entry.</summary>
    public void Add(string name, ReadOnlySpan<byte> bytes)
    {
        var entry = (Name: Encoding.UTF8.GetBytes(name), Crc: Crc32.HashToUInt32(bytes), Length: (long)bytes.Length, Offset: _file.Position);
        var padding = 4 + (int)((64 - ((_file.Position + 34 + entry.Name.Length) % 64)) % 64);
        var header = new byte[30 + entry.Name.Length + padding];
        Put32(header, 0, 0x04034b50);
        Common(header.AsSpan(4), entry);
        Put16(header, 28, padding);
        entry.Name.CopyTo(header, 30);
        // An extra field "FB" of that many bytes, as torch's writer names its padding.
        Put16(header, 30 + entry.Name.Length, 0x4246);
        Put16(header, 32 + entry.Name.Length, padding - 4);
        _file.Write(header);
        _file.Write(bytes);
        _entries.Add(entry);
    }

    /// <summary>Writes the directory.</summary>
    public void Complete()
    {
        var begin = _file.Position;
        foreach (var entry in _entries)
        {
            var header = new byte[46 + entry.Name.Length];
            Put32(header, 0, 0x02014b50);
            Common(header.AsSpan(6), entry);
            Put32(header, 42, (uint)entry.Offset);
            entry.Name.CopyTo(header, 46);
            _file.Write(header);
        }

        var end = new byte[22];
        Put32(end, 0, 0x06054b50);
        Put16(end, 8, _entries.Count);
        Put16(end, 10, _entries.Count);
        Put32(end, 12, (uint)(_file.Position - begin));
        Put32(end, 16, checked((uint)begin));
        _file.Write(end);
    }

    public void Dispose() => _file.Dispose();

    /// <summary>The fields that local headers and the directory have in common, from "version needed" on.</summary>
    private static void Common(Span<byte> header, (byte[] Name, uint Crc, long Length, long Offset) entry)
    {
        Put32(header, 10, entry.Crc);
        Put32(header, 14, checked((uint)entry.Length));
        Put32(header, 18, (uint)entry.Length);
        Put16(header, 22, entry.Name.Length);
    }

    private static void Put16(Span<byte> bytes, int at, int value) => BinaryPrimitives.WriteUInt16LittleEndian(bytes[at..], checked((ushort)value));

    private static void Put32(Span<byte> bytes, int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(bytes[at..], value);
}
