namespace Ziya.Models.Tokenization;

/// <summary>What a byte-level tokenizer does with text before it merges.</summary>
public sealed record WordSplitting
{
    /// <summary>Whether text is composed first (Unicode's NFC): Qwen2. Default false.</summary>
    public bool Compose { get; init; }

    /// <summary>Whether numbers are cut off first. Default <see cref="DigitSplit.None"/>.</summary>
    public DigitSplit Digits { get; init; }

    /// <summary>The words that text is cut into. Default <see cref="WordPattern.Gpt2"/>.</summary>
    public WordPattern Words { get; init; } = WordPattern.Gpt2;

    /// <summary>Whether text that does not begin with a space gets one. With <see cref="Digits"/> this goes for each of the parts. Default false.</summary>
    public bool AddPrefixSpace { get; init; }

    /// <summary>Whether a word that is a token is that token, whatever the merges would make of it (<c>ignore_merges</c>): Llama 3. Default false.</summary>
    public bool WholeWords { get; init; }

    /// <summary>UTF-16 units of the first part of a text that is not empty: a number, or what stands before one.</summary>
    internal int NextPart(ReadOnlySpan<char> text)
    {
        if (Digits == DigitSplit.None)
        {
            return text.Length;
        }

        var number = WordScanner.IndexOfNumber(text, out var width);
        while (number == 0 && Digits == DigitSplit.Runs && WordScanner.IndexOfNumber(text[width..], out var more) == 0)
        {
            width += more;
        }

        return number < 0 ? text.Length : number == 0 ? width : number;
    }

    /// <summary>UTF-16 units of the first word of a part that is not empty.</summary>
    internal int NextWord(ReadOnlySpan<char> part) => Words switch
    {
        WordPattern.Gpt2 => WordScanner.Next(part),
        WordPattern.Llama3 => WordScanner.NextOfCl100k(part, 3),
        WordPattern.Qwen2 => WordScanner.NextOfCl100k(part, 1),
        _ => part.Length,
    };
}
