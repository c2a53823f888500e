using System.Text;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Storage;

namespace Ziya.Pipeline.Reading;

/// <summary>Opens input files: unpacks them, and turns other encodings into UTF-8.</summary>
internal static class InputOpener
{
    private const int SampleBytes = 1 << 20;

    static InputOpener() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    /// <summary>Whether tasks may start in the middle: the bytes on the disk are plain text in UTF-8, and of this format as far as one sees.</summary>
    public static bool CanSplit(string path, InputFormat format, TextEncoding encoding)
    {
        var (store, inner) = Stores.Locate(path);
        using var file = new RememberingStream(store.OpenRead(inner));
        var sample = Sample(file, path, SampleBytes, out var compression);
        return format.Splits
            && compression == Compression.None
            && Signature.Mismatch(sample, format) is null
            && (encoding == TextEncoding.Auto ? EncodingDetector.Detect(sample) : encoding) == TextEncoding.Utf8;
    }

    /// <summary>Opens a slice for a format.</summary>
    /// <exception cref="InvalidDataException">The file is plainly something else.</exception>
    public static FormatInput Open(Slice slice, InputFormat format, TextEncoding encoding, int mostBytes) =>
        Open(Stores.Locate(slice.File), slice, format, encoding, mostBytes);

    /// <summary>As the other, for a slice whose store is known.</summary>
    internal static FormatInput Open((IStore Store, string Path) at, Slice slice, InputFormat format, TextEncoding encoding, int mostBytes)
    {
        var (store, path) = at;
        var file = store.Find(path)
            ?? throw new InputChangedException($"{slice.File} was there when the run was planned and is gone. Put it back, or run the job again without it.");
        if (file.Bytes != slice.FileBytes)
        {
            throw new InputChangedException(
                $"{slice.File} had {slice.FileBytes} bytes when the run was planned and has {file.Bytes} now. Run the job again for the changed input.");
        }

        if (format.NeedsFile)
        {
            return store is FileStore files
                ? new FormatInput(Stream.Null, slice.File, 0, slice.End, mostBytes, FileStore.Target(new FileInfo(files.FullPath(path))).FullName)
                : Fetched(slice, store.OpenRead(file), mostBytes);
        }

        // A task that starts in the middle sees the byte before, to know whether a record begins with its first.
        if (slice.Start > 0)
        {
            return new FormatInput(store.OpenRead(file, slice.Start - 1), slice.File, slice.Start, slice.End, mostBytes);
        }

        var content = new RememberingStream(store.OpenRead(file));
        try
        {
            return new FormatInput(Plain(content, slice.File, format, encoding), slice.File, 0, slice.End == slice.FileBytes ? long.MaxValue : slice.End, mostBytes);
        }
        catch
        {
            content.Dispose();
            throw;
        }
    }

    /// <summary>The content from its beginning: unpacked, in UTF-8 where it is text, and of this format as far as its beginning tells.</summary>
    private static Stream Plain(RememberingStream content, string path, InputFormat format, TextEncoding encoding)
    {
        var detects = format.IsText && encoding == TextEncoding.Auto;
        var sample = Sample(content, path, detects ? SampleBytes : Signature.Bytes, out var compression);
        if (Signature.Mismatch(sample, format) is { } mismatch)
        {
            throw new InvalidDataException(mismatch);
        }

        content.Begin();
        var plain = Compressions.Unpack(content, compression);
        return (format.IsText, detects ? EncodingDetector.Detect(sample) : encoding) switch
        {
            (true, TextEncoding.Gb18030) => Transcode(plain, "gb18030"),
            (true, TextEncoding.Big5) => Transcode(plain, "big5"),
            (true, TextEncoding.Utf16) => Transcode(plain, sample is [0xfe, 0xff, ..] ? "utf-16BE" : "utf-16"),
            _ => plain,
        };
    }

    /// <summary>A copy on the local disk, which goes with the stream that the input holds.</summary>
    private static FormatInput Fetched(Slice slice, Stream content, int mostBytes)
    {
        var copy = new FileStream(
            Path.Combine(Path.GetTempPath(), $"ziya-{Guid.NewGuid():N}"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete, 1 << 16, FileOptions.DeleteOnClose);
        try
        {
            using var blob = content;
            blob.CopyTo(copy, 1 << 20);
            copy.Flush();
            return new FormatInput(copy, slice.File, 0, slice.End, mostBytes, copy.Name);
        }
        catch
        {
            copy.Dispose();
            throw;
        }
    }

    /// <summary>Bytes that are not of the encoding become 0xFF, which no UTF-8 has, so that the record they stand in is quarantined.</summary>
    private static Utf8Stream Transcode(Stream stream, string name) => new(stream, Encoding.GetEncoding(name));

    private static byte[] Sample(RememberingStream content, string path, int most, out Compression compression)
    {
        content.StaysOpen = true;
        var plain = Compressions.Unpack(content, path, out compression);
        var buffer = new byte[compression == Compression.None ? Math.Min(most, content.Length) : most];
        var used = 0;
        try
        {
            int read;
            while (used < buffer.Length && (read = plain.Read(buffer, used, buffer.Length - used)) > 0)
            {
                used += read;
            }
        }
        catch (InvalidDataException)
        {
            // A damaged file is judged by what can be read of it; the reading itself will report the damage.
        }
        finally
        {
            plain.Dispose();
            content.StaysOpen = false;
        }

        return buffer[..used];
    }
}

/// <summary>An input file is not what it was when the run was planned.</summary>
public sealed class InputChangedException(string message) : Exception(message);
