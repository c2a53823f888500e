using System.Text;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Storage;

namespace Ziya.Pipeline.Reading;

/// <summary>Opens input files: unpacks them, and turns other encodings into UTF-8.</summary>
internal static class InputOpener
{
    private const int SampleBytes = 1 << 20;

    static InputOpener() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    /// <summary>Whether tasks may start in the middle: the bytes on the disk are plain text in UTF-8.</summary>
    public static bool CanSplit(string path, TextEncoding encoding)
    {
        return CompressionOf(path) == Compression.None
            && (encoding == TextEncoding.Auto ? EncodingDetector.Detect(Sample(path)) : encoding) == TextEncoding.Utf8;
    }

    /// <summary>The compression of the bytes on the disk; those of <see cref="Sample"/> are unpacked already.</summary>
    private static Compression CompressionOf(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
        var start = new byte[4];
        return Compressions.OfBytes(start.AsSpan(0, file.ReadAtLeast(start, start.Length, false)), path);
    }

    /// <summary>Opens a slice for a format.</summary>
    public static FormatInput Open(Slice slice, InputFormat format, TextEncoding encoding, int mostBytes)
    {
        var file = FileStore.Target(new FileInfo(slice.File));
        if (!file.Exists || file.Length != slice.FileBytes)
        {
            throw new InputChangedException(file.Exists
                ? $"{slice.File} had {slice.FileBytes} bytes when the run was planned and has {file.Length} now. Run the job again for the changed input."
                : $"{slice.File} was there when the run was planned and is gone. Put it back, or run the job again without it.");
        }

        if (format.NeedsFile)
        {
            return new FormatInput(Stream.Null, slice.File, 0, slice.End, mostBytes, file.FullName);
        }

        // A task that starts in the middle sees the byte before, to know whether a record begins with its first.
        var stream = new FileStream(slice.File, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, FileOptions.SequentialScan);
        if (slice.Start > 0)
        {
            stream.Position = slice.Start - 1;
            return new FormatInput(stream, slice.File, slice.Start, slice.End, mostBytes);
        }

        var whole = slice.End == slice.FileBytes;
        return new FormatInput(Decode(stream, slice.File, format, encoding), slice.File, 0, whole ? long.MaxValue : slice.End, mostBytes);
    }

    private static Stream Decode(FileStream stream, string path, InputFormat format, TextEncoding encoding)
    {
        var start = new byte[4];
        var read = stream.ReadAtLeast(start, start.Length, false);
        var compression = Compressions.OfBytes(start.AsSpan(0, read), path);
        stream.Position = 0;
        Stream plain = read == 0 ? stream : Compressions.Unpack(stream, compression);
        if (!format.IsText)
        {
            return plain;
        }

        if (encoding == TextEncoding.Auto)
        {
            encoding = EncodingDetector.Detect(Sample(path));
        }

        return encoding switch
        {
            TextEncoding.Gb18030 => Transcode(plain, "gb18030"),
            TextEncoding.Big5 => Transcode(plain, "big5"),
            TextEncoding.Utf16 => Transcode(plain, start[0] == 0xfe ? "utf-16BE" : "utf-16"),
            _ => plain,
        };
    }

    /// <summary>Bytes that are not of the encoding become 0xFF, which no UTF-8 has, so that the record they stand in is quarantined.</summary>
    private static Utf8Stream Transcode(Stream stream, string name) => new(stream, Encoding.GetEncoding(name));

    private static byte[] Sample(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
        var buffer = new byte[SampleBytes];
        var packed = buffer[..file.ReadAtLeast(buffer, 4, false)];
        file.Position = 0;
        var compression = Compressions.OfBytes(packed, path);
        if (packed.Length == 0 || compression == Compression.None)
        {
            return buffer[..file.ReadAtLeast(buffer, SampleBytes, false)];
        }

        using var plain = Compressions.Unpack(file, compression);
        var used = 0;
        try
        {
            int read;
            while (used < SampleBytes && (read = plain.Read(buffer, used, SampleBytes - used)) > 0)
            {
                used += read;
            }
        }
        catch (InvalidDataException)
        {
            // A damaged file is judged by what can be read of it; the reading itself will report the damage.
        }

        return buffer[..used];
    }
}

/// <summary>An input file is not what it was when the run was planned.</summary>
public sealed class InputChangedException(string message) : Exception(message);
