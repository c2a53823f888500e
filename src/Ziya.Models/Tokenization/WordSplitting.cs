namespace Ziya.Models.Tokenization;

/// <summary>How a byte-level tokenizer cuts text before it merges.</summary>
public sealed record WordSplitting
{
    /// <summary>Whether numbers are cut off first. Default <see cref="DigitSplit.None"/>.</summary>
    public DigitSplit Digits { get; init; }

    /// <summary>Whether text is cut into words as GPT-2 does; if not, merges cross words. Default true.</summary>
    public bool Words { get; init; } = true;

    /// <summary>Whether text that does not begin with a space gets one. With <see cref="Digits"/> this goes for each of the parts. Default false.</summary>
    public bool AddPrefixSpace { get; init; }
}
