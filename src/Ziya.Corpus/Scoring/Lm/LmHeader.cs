using System.IO.Hashing;
using System.Text;

namespace Ziya.Corpus.Scoring.Lm;

/// <summary>
/// The first 4096 bytes of a language model's file: what it is, and the XXH3 of what follows: log10 of probability and backoff of each token (two float32), a table of n-grams
/// of two tokens and more (<see cref="LmTable"/>), and the tokens' names (length and UTF-8). Little-endian, to be mapped into memory.
/// </summary>
internal sealed record LmHeader
{
    public const int Bytes = 4096;
    public const int Version = 1;

    private const ulong Magic = 0x0A4D4C2D4159495A; // "ZIYA-LM\n"
    private const int HashBytes = sizeof(ulong);

    public required int Order { get; init; }

    public required int Tokens { get; init; }

    public required long Slots { get; init; }

    public required long NameBytes { get; init; }

    /// <summary>N-grams by order, from 1 at index 0.</summary>
    public required IReadOnlyList<long> Counts { get; init; }

    /// <summary><c>word</c>, <c>character</c>, or the path of the tokenizer.</summary>
    public required string Cut { get; init; }

    /// <summary>That of the tokenizer; 0 where there is none.</summary>
    public required ulong Fingerprint { get; init; }

    /// <summary>XXH3 of what follows.</summary>
    public ulong Hash { get; init; }

    /// <summary>Where the table begins.</summary>
    public long TableStart => (Bytes + ((long)Tokens * 8) + 63) / 64 * 64;

    /// <summary>Where the names begin.</summary>
    public long NamesStart => TableStart + (Slots * LmTable.SlotBytes);

    /// <summary>The length of the file.</summary>
    public long Length => NamesStart + NameBytes;

    public byte[] ToBytes()
    {
        var bytes = new byte[Bytes];
        using var writer = new BinaryWriter(new MemoryStream(bytes), Encoding.UTF8);
        writer.Write(Magic);
        writer.Write(Version);
        writer.Write(Order);
        writer.Write(Tokens);
        writer.Write(Slots);
        writer.Write(NameBytes);
        writer.Write(Fingerprint);
        writer.Write(Hash);
        foreach (var count in Counts)
        {
            writer.Write(count);
        }

        writer.Write(Cut);
        BitConverter.TryWriteBytes(bytes.AsSpan(^HashBytes), XxHash3.HashToUInt64(bytes.AsSpan(..^HashBytes)));
        return bytes;
    }

    /// <summary>Reads it from a file.</summary>
    /// <exception cref="InvalidDataException">It is no language model, of another version, or damaged.</exception>
    public static LmHeader Read(string path)
    {
        var bytes = new byte[Bytes];
        using var file = File.OpenRead(path);
        var read = file.ReadAtLeast(bytes, Bytes, false);
        if (read < sizeof(ulong) || BitConverter.ToUInt64(bytes) != Magic)
        {
            throw new InvalidDataException(read == 0 ? $"{path} is empty." : $"{path} is no language model of `ziya lm`. `ziya lm convert` makes one of an ARPA file.");
        }

        if (read >= 12 && BitConverter.ToInt32(bytes, sizeof(ulong)) is not Version and var version)
        {
            throw new InvalidDataException($"{path} is of version {version}, and this program reads {Version}. Train or convert it again.");
        }

        if (read < Bytes || BitConverter.ToUInt64(bytes, Bytes - HashBytes) != XxHash3.HashToUInt64(bytes.AsSpan(..^HashBytes)))
        {
            throw Damaged(path);
        }

        var header = Parse(bytes);
        return file.Length == header.Length ? header : throw Damaged(path);
    }

    public static InvalidDataException Damaged(string path) => new($"{path} is damaged (its checksum or length does not fit). Copy it again, or train or convert it again.");

    private static LmHeader Parse(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes), Encoding.UTF8);
        reader.ReadUInt64();
        reader.ReadInt32();
        var order = reader.ReadInt32();
        return new LmHeader
        {
            Order = order,
            Tokens = reader.ReadInt32(),
            Slots = reader.ReadInt64(),
            NameBytes = reader.ReadInt64(),
            Fingerprint = reader.ReadUInt64(),
            Hash = reader.ReadUInt64(),
            Counts = [.. Enumerable.Range(0, order).Select(_ => reader.ReadInt64())],
            Cut = reader.ReadString(),
        };
    }
}
