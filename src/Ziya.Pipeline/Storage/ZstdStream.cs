using System.Buffers;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Ziya.Pipeline.Storage;

/// <summary>
/// Zstandard over the system's libzstd, until the framework has its own stream. Frames carry a checksum; several frames in a
/// row read as one stream; a frame that ends early is an <see cref="InvalidDataException"/>.
/// </summary>
internal sealed unsafe partial class ZstdStream : Stream
{
    private const string Library = "libzstd";
    private const int CompressionLevelParameter = 100;
    private const int ChecksumParameter = 201;
    private const int Continue = 0;
    private const int End = 2;
    private const int WindowLogMaxParameter = 100;

    private static readonly string[] Names = OperatingSystem.IsWindows() ? ["libzstd.dll", "zstd.dll"]
        : OperatingSystem.IsMacOS() ? ["libzstd.1.dylib", "/opt/homebrew/lib/libzstd.1.dylib", "/usr/local/lib/libzstd.1.dylib"]
        : ["libzstd.so.1"];

    private readonly Stream _inner;
    private readonly bool _packs;
    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(1 << 17);
    private nint _context;
    private int _start;
    private int _end;
    private bool _insideFrame;

    static ZstdStream() => NativeLibrary.SetDllImportResolver(typeof(ZstdStream).Assembly, Resolve);

    private ZstdStream(Stream inner, bool packs, int level)
    {
        _inner = inner;
        _packs = packs;
        _context = packs ? CreateCompressor() : CreateDecompressor();
        if (packs)
        {
            Check(SetCompressorParameter(_context, CompressionLevelParameter, level));
            Check(SetCompressorParameter(_context, ChecksumParameter, 1));
        }
        else
        {
            // 2^27 bytes (128 MiB) is what the zstd command accepts without --long.
            Check(SetDecompressorParameter(_context, WindowLogMaxParameter, 27));
        }
    }

    /// <summary>Reads unpacked bytes; disposes <paramref name="packed"/> with itself.</summary>
    public static ZstdStream Unpack(Stream packed) => new(packed, false, 0);

    /// <summary>Packs what is written; leaves <paramref name="target"/> open.</summary>
    public static ZstdStream Pack(Stream target, int level) => new(target, true, level);

    public override bool CanRead => !_packs;

    public override bool CanSeek => false;

    public override bool CanWrite => _packs;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            if (_start == _end)
            {
                _start = 0;
                _end = _inner.Read(_buffer);
                if (_end == 0 && !_insideFrame)
                {
                    return 0;
                }
            }

            var starved = _start == _end;
            var written = Decompress(buffer);
            if (written > 0)
            {
                return written;
            }

            if (starved)
            {
                throw new InvalidDataException("The zstd data ends in the middle of a frame.");
            }
        }

        return 0;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        fixed (byte* data = buffer)
        {
            var input = new Buffer { Data = data, Size = (nuint)buffer.Length };
            while (input.Position < input.Size)
            {
                Compress(&input, Continue);
            }
        }
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (_context != 0)
        {
            try
            {
                if (_packs && disposing)
                {
                    var none = default(Buffer);
                    while (Compress(&none, End) != 0)
                    {
                    }
                }
            }
            finally
            {
                Free();
            }

            if (!_packs)
            {
                _inner.Dispose();
            }
        }

        base.Dispose(disposing);
    }

    private void Free()
    {
        _ = _packs ? FreeCompressor(_context) : FreeDecompressor(_context);
        _context = 0;
        ArrayPool<byte>.Shared.Return(_buffer);
    }

    private int Decompress(Span<byte> target)
    {
        fixed (byte* source = _buffer)
        fixed (byte* data = target)
        {
            var input = new Buffer { Data = source, Size = (nuint)_end, Position = (nuint)_start };
            var output = new Buffer { Data = data, Size = (nuint)target.Length };
            var left = Check(DecompressStream(_context, &output, &input));
            _insideFrame = left != 0;
            _start = (int)input.Position;
            return (int)output.Position;
        }
    }

    private nuint Compress(Buffer* input, int mode)
    {
        fixed (byte* data = _buffer)
        {
            var output = new Buffer { Data = data, Size = (nuint)_buffer.Length };
            var left = Check(CompressStream(_context, &output, input, mode));
            _inner.Write(_buffer, 0, (int)output.Position);
            return left;
        }
    }

    private static nuint Check(nuint result) => IsError(result) == 0
        ? result
        : throw new InvalidDataException($"zstd: {Marshal.PtrToStringUTF8(ErrorName(result))}");

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != Library)
        {
            return 0;
        }

        foreach (var candidate in Names)
        {
            if (NativeLibrary.TryLoad(candidate, out var handle))
            {
                return handle;
            }
        }

        throw new DllNotFoundException(
            "Zstandard needs the system library libzstd 1.4 or newer (Debian: apt-get install libzstd1, macOS: brew install zstd).");
    }

    private struct Buffer
    {
        public byte* Data;
        public nuint Size;
        public nuint Position;
    }

    [LibraryImport(Library, EntryPoint = "ZSTD_createCCtx")]
    private static partial nint CreateCompressor();

    [LibraryImport(Library, EntryPoint = "ZSTD_freeCCtx")]
    private static partial nuint FreeCompressor(nint context);

    [LibraryImport(Library, EntryPoint = "ZSTD_CCtx_setParameter")]
    private static partial nuint SetCompressorParameter(nint context, int parameter, int value);

    [LibraryImport(Library, EntryPoint = "ZSTD_compressStream2")]
    private static partial nuint CompressStream(nint context, Buffer* output, Buffer* input, int mode);

    [LibraryImport(Library, EntryPoint = "ZSTD_createDCtx")]
    private static partial nint CreateDecompressor();

    [LibraryImport(Library, EntryPoint = "ZSTD_freeDCtx")]
    private static partial nuint FreeDecompressor(nint context);

    [LibraryImport(Library, EntryPoint = "ZSTD_DCtx_setParameter")]
    private static partial nuint SetDecompressorParameter(nint context, int parameter, int value);

    [LibraryImport(Library, EntryPoint = "ZSTD_decompressStream")]
    private static partial nuint DecompressStream(nint context, Buffer* output, Buffer* input);

    [LibraryImport(Library, EntryPoint = "ZSTD_isError")]
    private static partial uint IsError(nuint result);

    [LibraryImport(Library, EntryPoint = "ZSTD_getErrorName")]
    private static partial nint ErrorName(nuint result);
}
