namespace Ziya.Corpus.Cleaning;

/// <summary>What cleaning does with a UTF-16 unit.</summary>
internal enum CharacterKind : byte
{
    /// <summary>It stays.</summary>
    Plain,

    /// <summary>U+0020.</summary>
    Space,

    /// <summary>U+0009.</summary>
    Tab,

    /// <summary>U+000A.</summary>
    LineFeed,

    /// <summary>U+000D.</summary>
    CarriageReturn,

    /// <summary>Vertical tab, form feed, NEL, line and paragraph separator.</summary>
    OtherLineEnd,

    /// <summary>No-break, typographic and ideographic spaces.</summary>
    OtherSpace,

    /// <summary>C0 and C1 controls, noncharacters.</summary>
    Control,

    /// <summary>Characters without width or meaning of their own.</summary>
    Invisible,

    /// <summary>Zero-width joiner and non-joiner.</summary>
    Joiner,

    /// <summary>Full-width letter or digit.</summary>
    WideLetter,

    /// <summary>Full-width sign that belongs into words or numbers: <c>－ ． ／ ＠ ＿ ＆ ：</c>, and <c>％</c> after a digit.</summary>
    WideJoiner,

    /// <summary>Any other full-width form of ASCII.</summary>
    WidePunctuation,

    /// <summary>High half of a surrogate pair.</summary>
    High,

    /// <summary>Low half of a surrogate pair.</summary>
    Low,
}
