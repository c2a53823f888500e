using Ziya.Pipeline.Records;

namespace Ziya.Pipeline.Reading;

/// <summary>One record a file: all of its text. A file of white space alone is no record.</summary>
[InputFormat("text")]
public sealed class WholeText : InputFormat
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Extensions { get; } = [".txt", ".md"];

    /// <inheritdoc/>
    public override IEnumerable<RawRecord> Read(FormatInput input)
    {
        var buffer = new byte[1 << 16];
        var used = 0;
        int read;
        while ((read = input.Content.Read(buffer, used, buffer.Length - used)) > 0)
        {
            used += read;
            if (used > input.MostBytes)
            {
                yield return new RawRecord(buffer.AsMemory(0, Math.Min(used, RawRecord.KeptOfLong)), 0, used + Rest(input.Content), 1, RawRecord.TooLong(input.MostBytes));
                yield break;
            }

            if (used == buffer.Length)
            {
                Array.Resize(ref buffer, (int)Math.Min(used * 2L, input.MostBytes + 1L));
            }
        }

        var text = buffer.AsMemory(0, used);
        if (text.Span.StartsWith((ReadOnlySpan<byte>)[0xef, 0xbb, 0xbf]))
        {
            text = text[3..];
        }

        if (text.Span.IndexOfAnyExcept(" \t\r\n"u8) >= 0)
        {
            yield return Record(new JsonLine(), text, 0, used, 1);
        }
    }

    /// <summary>A record that has nothing but a text.</summary>
    internal static RawRecord Record(JsonLine line, ReadOnlyMemory<byte> text, long offset, long bytes, long number)
    {
        if (RawRecord.NoUtf8(text.Span) is { } fault)
        {
            return new RawRecord(text[..Math.Min(text.Length, RawRecord.KeptOfLong)], offset, bytes, number, fault);
        }

        line.Clear();
        line.Raw("{\"text\":"u8);
        line.Utf8Text(text.Span);
        line.Raw((byte)'}');
        return new RawRecord(line.Memory, offset, bytes, number, null);
    }

    private static long Rest(Stream content)
    {
        var buffer = new byte[1 << 16];
        long bytes = 0;
        int read;
        while ((read = content.Read(buffer)) > 0)
        {
            bytes += read;
        }

        return bytes;
    }
}
