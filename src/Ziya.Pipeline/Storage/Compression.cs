using System.IO.Compression;

namespace Ziya.Pipeline.Storage;

/// <summary>How a file is compressed.</summary>
public enum Compression
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>gzip (RFC 1952), <c>.gz</c>.</summary>
    Gzip,

    /// <summary>Zstandard (RFC 8878), <c>.zst</c>.</summary>
    Zstd,

    /// <summary>Brotli (RFC 7932), <c>.br</c>.</summary>
    Brotli,
}

/// <summary>Compression by name and by the first bytes of a file.</summary>
internal static class Compressions
{
    /// <summary>By default GZipStream and BrotliStream end quietly where the file was cut off, and records would be lost unseen.</summary>
    static Compressions() => AppContext.SetSwitch("System.IO.Compression.UseStrictValidation", true);

    /// <summary>The ending of file names.</summary>
    public static string Extension(Compression compression) => compression switch
    {
        Compression.Gzip => ".gz",
        Compression.Zstd => ".zst",
        Compression.Brotli => ".br",
        _ => "",
    };

    /// <summary>The compression a file's name tells of.</summary>
    public static Compression OfName(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".gz" or ".gzip" => Compression.Gzip,
        ".zst" or ".zstd" => Compression.Zstd,
        ".br" => Compression.Brotli,
        _ => Compression.None,
    };

    /// <summary>
    /// The compression of a file by its first bytes, which are right where a name is wrong (a download already unpacked, say).
    /// Brotli has no mark, so there the name decides.
    /// </summary>
    public static Compression OfBytes(ReadOnlySpan<byte> start, string path)
    {
        if (start.Length >= 2 && start[0] == 0x1f && start[1] == 0x8b)
        {
            return Compression.Gzip;
        }

        if (start.Length >= 4 && start[0] == 0x28 && start[1] == 0xb5 && start[2] == 0x2f && start[3] == 0xfd)
        {
            return Compression.Zstd;
        }

        return OfName(path) == Compression.Brotli ? Compression.Brotli : Compression.None;
    }

    /// <summary>A stream of the unpacked bytes of a file that can be sought in, whatever it is packed with.</summary>
    public static Stream Unpack(Stream file, string path, out Compression compression)
    {
        Span<byte> start = stackalloc byte[4];
        var read = file.ReadAtLeast(start, start.Length, false);
        file.Position = 0;
        compression = read == 0 ? Compression.None : OfBytes(start[..read], path);
        return Unpack(file, compression);
    }

    /// <summary>A stream of the unpacked bytes.</summary>
    public static Stream Unpack(Stream packed, Compression compression) => compression switch
    {
        Compression.Gzip => new GunzipStream(packed),
        Compression.Zstd => ZstdStream.Unpack(packed),
        Compression.Brotli => new BrotliStream(packed, CompressionMode.Decompress),
        _ => packed,
    };

    /// <summary>A stream that packs what is written to it and leaves <paramref name="target"/> open.</summary>
    public static Stream Pack(Stream target, Compression compression, int zstdLevel = 3) => compression switch
    {
        Compression.Gzip => new GZipStream(target, CompressionLevel.Optimal, true),
        Compression.Zstd => ZstdStream.Pack(target, zstdLevel),
        Compression.Brotli => new BrotliStream(target, new BrotliCompressionOptions { Quality = 5 }, true),
        _ => new BufferedStream(new Unowned(target), 1 << 16),
    };

    /// <summary>Passes writes on; its disposal leaves the other open.</summary>
    private sealed class Unowned(Stream inner) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);

        public override void Write(ReadOnlySpan<byte> buffer) => inner.Write(buffer);
    }
}
