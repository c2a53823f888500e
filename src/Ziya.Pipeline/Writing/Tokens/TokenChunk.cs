using System.Buffers.Binary;
using System.Text;
using Ziya.Pipeline.Steps;

namespace Ziya.Pipeline.Writing;

/// <summary>A stretch of a record's tokens, as <see cref="TokenSpill"/> wrote it: long records come in several, so that an entry stays small.</summary>
internal readonly ref struct TokenChunk
{
    /// <summary>Most tokens of one.</summary>
    public const int Most = 1 << 14;

    /// <summary>Bytes before the folder: hash of the folder, key, address, number of the chunk, flags, length of the folder.</summary>
    public const int Head = 27;

    /// <summary>Flags.</summary>
    public const byte First = 1, Last = 2, Masked = 4;

    private readonly byte _flags;

    /// <summary>Reads an entry.</summary>
    public TokenChunk(Entry entry, int width)
    {
        var bytes = entry.Span;
        FolderHash = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        _flags = bytes[24];
        var folder = BinaryPrimitives.ReadUInt16LittleEndian(bytes[25..]);
        Folder = IsFirst ? Encoding.UTF8.GetString(bytes.Slice(Head, folder)) : null;
        var rest = bytes[(Head + folder)..];
        var masked = (_flags & Masked) != 0;
        var count = rest.Length / (width + (masked ? 1 : 0));
        Tokens = rest[..(count * width)];
        Learned = masked ? rest[(count * width)..] : [];
    }

    /// <summary>A hash of the folder its record goes to.</summary>
    public uint FolderHash { get; }

    /// <summary>The folder its record goes to, in its first chunk.</summary>
    public string? Folder { get; }

    /// <summary>The ids, as they stand in the file.</summary>
    public ReadOnlySpan<byte> Tokens { get; }

    /// <summary>The mask; empty where there is none.</summary>
    public ReadOnlySpan<byte> Learned { get; }

    /// <summary>Whether a record begins with it.</summary>
    public bool IsFirst => (_flags & First) != 0;

    /// <summary>Whether it ends its record.</summary>
    public bool IsLast => (_flags & Last) != 0;
}
