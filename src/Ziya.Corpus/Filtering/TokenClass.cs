namespace Ziya.Corpus.Filtering;

/// <summary>What a UTF-16 unit is to the filters that count words.</summary>
internal enum TokenClass : byte
{
    /// <summary>Sign or half of an emoji: no part of a word by itself.</summary>
    Sign,

    /// <summary>White space, and punctuation of Chinese, which has no spaces around it.</summary>
    Separator,

    /// <summary>Line feed.</summary>
    LineEnd,

    /// <summary>Letter or mark of a script that puts spaces between words.</summary>
    Letter,

    /// <summary>Digit.</summary>
    Digit,

    /// <summary>Han character.</summary>
    Han,

    /// <summary>Letter of another script without spaces: kana, Thai, Lao, Khmer, Burmese, Tibetan.</summary>
    Unspaced,
}
