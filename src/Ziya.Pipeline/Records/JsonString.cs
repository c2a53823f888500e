using System.Buffers;
using System.Text.Unicode;

namespace Ziya.Pipeline.Records;

/// <summary>
/// Reads long JSON strings in one pass: <see cref="System.Text.Json.Utf8JsonReader"/> goes byte by byte behind the first escape, of which a text has one a line, then unescapes, checks and
/// transcodes. What is not plain (<c>\u</c>, bytes that are no UTF-8 or not allowed) and what is very long is left to it. Not for two threads at once.
/// </summary>
internal sealed class JsonString
{
    private const int MostBytes = 1 << 20;

    private static readonly SearchValues<byte> Ends = SearchValues.Create([.. Enumerable.Range(0, 32).Select(code => (byte)code), (byte)'"', (byte)'\\']);

    private char[] _chars = new char[1 << 12];

    /// <summary>The string that begins behind its opening quote, and the bytes up to behind the closing one; null where it is left to the reader.</summary>
    public string? Read(ReadOnlySpan<byte> json, out int bytes)
    {
        bytes = 0;
        if (json.Length > MostBytes)
        {
            return null;
        }

        if (_chars.Length < json.Length)
        {
            _chars = new char[Math.Max(json.Length, 2 * _chars.Length)];
        }

        var length = 0;
        while (json[bytes..].IndexOfAny(Ends) is var plain and >= 0)
        {
            if (Utf8.ToUtf16(json.Slice(bytes, plain), _chars.AsSpan(length), out _, out var written, replaceInvalidSequences: false) != OperationStatus.Done)
            {
                return null;
            }

            length += written;
            bytes += plain + 1;
            if (json[bytes - 1] == '"')
            {
                return new string(_chars, 0, length);
            }

            if (json[bytes - 1] != '\\' || bytes == json.Length || !TryUnescape(json[bytes++], out _chars[length++]))
            {
                return null;
            }
        }

        return null;
    }

    /// <summary>The bytes of that string up to behind its closing quote; 0 where it does not end.</summary>
    public static int Skip(ReadOnlySpan<byte> json)
    {
        var at = 0;
        while (at < json.Length && json[at..].IndexOfAny((byte)'"', (byte)'\\') is var plain and >= 0)
        {
            at += plain + 1;
            if (json[at - 1] == '"')
            {
                return at;
            }

            at++;
        }

        return 0;
    }

    private static bool TryUnescape(byte code, out char c)
    {
        c = (char)code switch
        {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'b' => '\b',
            'f' => '\f',
            '"' or '\\' or '/' => (char)code,
            _ => '\0',
        };
        return c != '\0';
    }
}
