using System.Buffers;
using System.Buffers.Text;
using System.Text.Unicode;

namespace Ziya.Pipeline.Records;

/// <summary>
/// A growing UTF-8 buffer for one line of JSON. Only what JSON demands is escaped (quote, backslash, control characters):
/// every encoder of System.Text.Json writes emoji and rare Han characters as <c>\uD83D\uDE00</c>.
/// </summary>
internal sealed class JsonLine
{
    private const string Hex = "0123456789abcdef";

    private static readonly SearchValues<char> Escaped =
        SearchValues.Create(string.Concat(Enumerable.Range(0, 32).Select(code => (char)code)) + "\"\\");

    private static readonly SearchValues<byte> EscapedBytes =
        SearchValues.Create([.. Enumerable.Range(0, 32).Select(code => (byte)code), (byte)'"', (byte)'\\']);

    private byte[] _bytes = new byte[4096];
    private int _length;

    /// <summary>What has been written. Valid until something else is.</summary>
    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(0, _length);

    /// <summary>What has been written.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    /// <summary>How many bytes have been written.</summary>
    public int Length => _length;

    /// <summary>Starts over with an empty line.</summary>
    public void Clear() => _length = 0;

    /// <summary>Bytes as they are.</summary>
    public void Raw(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        _length += bytes.Length;
    }

    /// <summary>One byte as it is.</summary>
    public void Raw(byte value)
    {
        Room(1)[0] = value;
        _length++;
    }

    /// <summary>A comma unless the object or array was just opened, then <c>"name":</c>.</summary>
    public void Name(ReadOnlySpan<byte> name)
    {
        Comma();
        Raw((byte)'"');
        Raw(name);
        Raw("\":"u8);
    }

    /// <summary>As <see cref="Name(ReadOnlySpan{byte})"/>, for a name that may need escapes.</summary>
    public void Name(string name)
    {
        Comma();
        Text(name);
        Raw((byte)':');
    }

    /// <summary>A comma unless the object or array was just opened.</summary>
    public void Comma()
    {
        if (_length > 0 && _bytes[_length - 1] is not ((byte)'{' or (byte)'[' or (byte)':'))
        {
            Raw((byte)',');
        }
    }

    /// <summary>A JSON string. A lone surrogate becomes U+FFFD.</summary>
    public void Text(ReadOnlySpan<char> text)
    {
        Raw((byte)'"');
        while (true)
        {
            var escape = text.IndexOfAny(Escaped);
            Transcode(escape < 0 ? text : text[..escape]);
            if (escape < 0)
            {
                break;
            }

            Escape(text[escape]);
            text = text[(escape + 1)..];
        }

        Raw((byte)'"');
    }

    /// <summary>A JSON string of text in UTF-8, which is not checked.</summary>
    public void Utf8Text(ReadOnlySpan<byte> text)
    {
        Raw((byte)'"');
        while (true)
        {
            var escape = text.IndexOfAny(EscapedBytes);
            Raw(escape < 0 ? text : text[..escape]);
            if (escape < 0)
            {
                break;
            }

            Escape((char)text[escape]);
            text = text[(escape + 1)..];
        }

        Raw((byte)'"');
    }

    /// <summary>A whole number.</summary>
    public void Number(long value)
    {
        Utf8Formatter.TryFormat(value, Room(24), out var written);
        _length += written;
    }

    /// <summary>The shortest text that reads back as the same number; null for what JSON has no number for.</summary>
    public void Number(double value)
    {
        if (!double.IsFinite(value))
        {
            Raw("null"u8);
            return;
        }

        value.TryFormat(Room(32), out var written, default, System.Globalization.CultureInfo.InvariantCulture);
        _length += written;
    }

    private void Transcode(ReadOnlySpan<char> text)
    {
        var room = Room(text.Length * 3);
        Utf8.FromUtf16(text, room, out _, out var written);
        _length += written;
    }

    private void Escape(char c)
    {
        Raw((byte)'\\');
        switch (c)
        {
            case '"' or '\\':
                Raw((byte)c);
                break;
            case '\n':
                Raw((byte)'n');
                break;
            case '\r':
                Raw((byte)'r');
                break;
            case '\t':
                Raw((byte)'t');
                break;
            default:
                Raw("u00"u8);
                Raw((byte)Hex[c >> 4]);
                Raw((byte)Hex[c & 15]);
                break;
        }
    }

    private Span<byte> Room(int bytes)
    {
        if (_bytes.Length - _length < bytes)
        {
            Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max((long)_bytes.Length * 2, (long)_length + bytes)));
        }

        return _bytes.AsSpan(_length);
    }
}
