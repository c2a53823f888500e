namespace Ziya.Models.Tokenization;

/// <content>
/// The words of Llama 3 and Qwen2, by their tokenizer.json; the expression began as cl100k in OpenAI's tiktoken:
/// <c>(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+</c>
/// </content>
internal static partial class WordScanner
{
    /// <summary>UTF-16 units of the first word of a text that is not empty.</summary>
    /// <param name="text">The text.</param>
    /// <param name="digits">Most digits of a number: Llama 3 has 3, Qwen2 1.</param>
    public static int NextOfCl100k(ReadOnlySpan<char> text, int digits)
    {
        if (text[0] == '\'' && AnyContraction(text) is var contraction and > 0)
        {
            return contraction;
        }

        // Letters, with one character before them that is no line break.
        var kind = Class(text, 0, out var width);
        var start = kind == Letter || kind == Number || text[0] is '\r' or '\n' ? 0 : width;
        if (Run(text, start, Letter) is var letters && letters > start)
        {
            return letters;
        }

        if (kind == Number)
        {
            var end = width;
            for (var count = 1; count < digits && end < text.Length && Class(text, end, out var more) == Number; count++)
            {
                end += more;
            }

            return end;
        }

        // Signs, with one space before them and the line breaks behind.
        start = text[0] == ' ' ? 1 : 0;
        if (Run(text, start, Other) is var signs && signs > start)
        {
            while (signs < text.Length && text[signs] is '\r' or '\n')
            {
                signs++;
            }

            return signs;
        }

        // White space up to its last line break; without one, all but what is left to the word that follows.
        var spaces = Run(text, 0, Space);
        var lines = text[..spaces].LastIndexOfAny('\r', '\n') + 1;
        return lines > 0 ? lines : Spaces(text);
    }

    private static int Run(ReadOnlySpan<char> text, int at, byte kind)
    {
        while (at < text.Length && Class(text, at, out var width) == kind)
        {
            at += width;
        }

        return at;
    }

    /// <summary>Of any case: of the letters beyond ASCII only the long s is one of these.</summary>
    private static int AnyContraction(ReadOnlySpan<char> text) => text.Length < 2 ? 0 : (text[1] | 0x20, text.Length > 2 ? text[2] | 0x20 : 0) switch
    {
        ('s' or 't' or 'm' or 'd', _) => 2,
        ('r' or 'v', 'e') or ('l', 'l') => 3,
        _ => text[1] == 'ſ' ? 2 : 0,
    };
}
