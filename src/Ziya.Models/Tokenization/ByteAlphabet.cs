namespace Ziya.Models.Tokenization;

/// <summary>
/// How byte-level vocabularies write bytes as visible characters (Radford et al. 2019, GPT-2): printable ones as they are, the others as
/// the characters from U+0100 on, so that a space is <c>Ġ</c> and a line feed <c>Ċ</c>.
/// </summary>
internal static class ByteAlphabet
{
    private const int Beyond = 0x100;

    private static readonly char[] Characters = Make();
    private static readonly short[] Values = Invert(Characters);

    /// <summary>The character of a byte.</summary>
    public static char Character(byte value) => Characters[value];

    /// <summary>Some bytes as the vocabulary writes them.</summary>
    public static string Write(ReadOnlySpan<byte> bytes)
    {
        var text = new char[bytes.Length];
        for (var i = 0; i < bytes.Length; i++)
        {
            text[i] = Characters[bytes[i]];
        }

        return new string(text);
    }

    /// <summary>The bytes a token of the vocabulary stands for; null if it has a character that is no byte.</summary>
    public static byte[]? Read(ReadOnlySpan<char> token)
    {
        var bytes = new byte[token.Length];
        for (var i = 0; i < token.Length; i++)
        {
            var value = token[i] < Values.Length ? Values[token[i]] : (short)-1;
            if (value < 0)
            {
                return null;
            }

            bytes[i] = (byte)value;
        }

        return bytes;
    }

    private static char[] Make()
    {
        var characters = new char[256];
        var next = Beyond;
        for (var value = 0; value < 256; value++)
        {
            var visible = value is (>= 0x21 and <= 0x7E) or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            characters[value] = (char)(visible ? value : next++);
        }

        return characters;
    }

    private static short[] Invert(char[] characters)
    {
        var bytes = new short[characters.Max() + 1];
        Array.Fill(bytes, (short)-1);
        for (var value = 0; value < characters.Length; value++)
        {
            bytes[characters[value]] = (short)value;
        }

        return bytes;
    }
}
