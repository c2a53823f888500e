using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Ziya.Models.Checkpoints;

/// <summary>
/// The directory of a zip archive whose entries are stored without compression, as torch.save writes them: where each entry's bytes are in the file.
/// (APPNOTE.TXT 6.3, sections 4.3.7, 4.3.12, 4.3.14 to 4.3.16, 4.5.3; the 64-bit fields too, since shards are larger than 4 GB.)
/// </summary>
internal static class StoredZip
{
    private const int MaxDirectoryBytes = 64 << 20;

    /// <summary>Names of entries, with the byte at which each begins and its length.</summary>
    public static Dictionary<string, (long Offset, long Length)> ReadDirectory(SafeFileHandle file, string path)
    {
        var length = RandomAccess.GetLength(file);
        var (offset, size, count) = FindDirectory(file, path, length);
        if (size < 0 || size > MaxDirectoryBytes || offset < 0 || offset > length - size)
        {
            throw Damaged(path);
        }

        var directory = Bytes(file, path, offset, (int)size);
        var entries = new Dictionary<string, (long, long)>(StringComparer.Ordinal);
        var at = 0;
        for (var i = 0L; i < count; i++)
        {
            var (name, entry, next) = ReadEntry(file, path, directory, at, length);
            if (!entries.TryAdd(name, entry))
            {
                throw new InvalidDataException($"{path}: has two entries {name}.");
            }

            at = next;
        }

        return entries;
    }

    private static (long Offset, long Size, long Count) FindDirectory(SafeFileHandle file, string path, long length)
    {
        var tail = Bytes(file, path, Math.Max(0, length - 65_557), (int)Math.Min(length, 65_557));
        for (var at = tail.Length - 22; at >= 0; at--)
        {
            if (BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(at)) != 0x06054b50)
            {
                continue;
            }

            var end = tail.AsSpan(at);
            (long Offset, long Size, long Count) found = (U32(end, 16), U32(end, 12), U16(end, 10));
            if (found.Offset != uint.MaxValue && found.Count != ushort.MaxValue && found.Size != uint.MaxValue)
            {
                return found;
            }

            if (at < 20 || U32(tail.AsSpan(at - 20), 0) != 0x07064b50)
            {
                return found;
            }

            var record = Bytes(file, path, I64(tail.AsSpan(at - 20), 8), 56);
            return U32(record, 0) == 0x06064b50 ? (I64(record, 48), I64(record, 40), I64(record, 32)) : throw Damaged(path);
        }

        throw Damaged(path);
    }

    private static (string Name, (long Offset, long Length) Entry, int Next) ReadEntry(SafeFileHandle file, string path, byte[] directory, int at, long fileLength)
    {
        if (at > directory.Length - 46 || U32(directory.AsSpan(at), 0) != 0x02014b50)
        {
            throw Damaged(path);
        }

        var entry = directory.AsSpan(at);
        var (nameLength, extraLength, next) = (U16(entry, 28), U16(entry, 30), at + 46 + U16(entry, 28) + U16(entry, 30) + U16(entry, 32));
        if (next > directory.Length)
        {
            throw Damaged(path);
        }

        var name = Encoding.UTF8.GetString(entry.Slice(46, nameLength));
        var (method, length, local) = (U16(entry, 10), U32(entry, 24), U32(entry, 42));
        if (method != 0)
        {
            throw new InvalidDataException($"{path}: {name} is compressed; torch.save stores.");
        }

        Widen(path, entry.Slice(46 + nameLength, extraLength), U32(entry, 20) == uint.MaxValue, ref length, ref local);
        var header = Bytes(file, path, local, 30);
        var offset = local + 30 + U16(header, 26) + U16(header, 28);
        return U32(header, 0) == 0x04034b50 && length >= 0 && offset <= fileLength - length
            ? (name, (offset, length), next)
            : throw new InvalidDataException($"{path}: {name} is cut off. Download it again.");
    }

    /// <summary>Sizes that 32 bits do not hold are in an extra field, those that need it and in this order: length, stored length, place.</summary>
    private static void Widen(string path, ReadOnlySpan<byte> extra, bool storedIsWide, ref long length, ref long local)
    {
        if (length != uint.MaxValue && local != uint.MaxValue)
        {
            return;
        }

        while (extra.Length >= 4 && extra.Length >= 4 + U16(extra, 2))
        {
            var field = extra.Slice(4, U16(extra, 2));
            if (U16(extra, 0) == 1)
            {
                var at = 0;
                if (length == uint.MaxValue)
                {
                    length = field.Length >= at + 8 ? I64(field, at) : throw Damaged(path);
                    at += 8;
                }

                at += storedIsWide ? 8 : 0;
                if (local == uint.MaxValue)
                {
                    local = field.Length >= at + 8 ? I64(field, at) : throw Damaged(path);
                }

                return;
            }

            extra = extra[(4 + field.Length)..];
        }

        throw Damaged(path);
    }

    private static byte[] Bytes(SafeFileHandle file, string path, long offset, int count)
    {
        var bytes = new byte[count];
        return offset >= 0 && RandomAccess.Read(file, bytes, offset) == count ? bytes : throw Damaged(path);
    }

    private static int U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static long U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static long I64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes[at..]);

    private static InvalidDataException Damaged(string path) =>
        new($"{path}: is no whole zip archive, as torch.save has written since PyTorch 1.6: it is truncated, or of another kind. Download it again, or convert it to safetensors.");
}
