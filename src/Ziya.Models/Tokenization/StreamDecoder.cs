using System.Buffers;
using System.Text;

namespace Ziya.Models.Tokenization;

/// <summary>Decodes ids one at a time: a character whose bytes are spread over several tokens appears with the last of them.</summary>
public sealed class StreamDecoder(Tokenizer tokenizer)
{
    private readonly Decoder _utf8 = Encoding.UTF8.GetDecoder();
    private bool _started;

    /// <summary>Appends the characters that are complete with this token.</summary>
    public void Add(int id, IBufferWriter<char> text)
    {
        var bytes = tokenizer.BytesOf(id);
        if (bytes.IsEmpty)
        {
            return;
        }

        if (!_started && tokenizer.StartsWithSpace && bytes[0] == (byte)' ')
        {
            bytes = bytes[1..];
        }

        _started = true;
        Convert(bytes, text, false);
    }

    /// <summary>Ends the text; what is left of an incomplete character becomes U+FFFD.</summary>
    public void End(IBufferWriter<char> text) => Break(text, true);

    /// <summary>Ends a part of the text; the next part loses the space that encoding puts there, if it did.</summary>
    internal void Break(IBufferWriter<char> text, bool prefixed)
    {
        Convert([], text, true);
        _started = !prefixed;
    }

    private void Convert(ReadOnlySpan<byte> bytes, IBufferWriter<char> text, bool flush)
    {
        var target = text.GetSpan(bytes.Length + 4);
        text.Advance(_utf8.GetChars(bytes, target, flush));
    }
}
