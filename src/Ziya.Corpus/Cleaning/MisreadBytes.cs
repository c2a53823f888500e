using System.Text;

namespace Ziya.Corpus.Cleaning;

/// <summary>
/// The byte that a character was when UTF-8 or GBK was read as Latin-1 or Windows-1252. The two agree but for 27 characters, and
/// programs mix them: Windows leaves five bytes undefined, which most read as Latin-1 does.
/// </summary>
internal static class MisreadBytes
{
    private static readonly byte[] Bytes = Build();

    /// <summary>Whether the character can be a byte of 128 and more.</summary>
    public static bool TryGet(char c, out byte value)
    {
        value = Bytes[c];
        return value != 0;
    }

    /// <summary>Whether the character can be the second byte or a later one of a character in UTF-8.</summary>
    public static bool IsContinuation(char c) => Bytes[c] is >= 0x80 and <= 0xBF;

    private static byte[] Build()
    {
        var bytes = new byte[char.MaxValue + 1];
        var windows = CodePagesEncodingProvider.Instance.GetEncoding(1252)!;
        Span<char> one = stackalloc char[1];
        for (var b = 0x80; b <= 0xFF; b++)
        {
            bytes[b] = (byte)b;
            windows.GetChars([(byte)b], one);
            bytes[one[0]] = (byte)b;
        }

        return bytes;
    }
}
