namespace Ziya.Corpus.Scoring;

/// <summary>The scripts told apart before any statistics; the value indexes the tables of <see cref="ScriptTable"/>.</summary>
internal enum WritingScript : byte
{
    None,
    Latin,
    Cyrillic,
    Arabic,
    Devanagari,
    Hebrew,
    Ethiopic,
    Han,
    Bopomofo,
    Kana,
    Hangul,
    Greek,
    Armenian,
    Georgian,
    Bengali,
    Gurmukhi,
    Gujarati,
    Oriya,
    Tamil,
    Telugu,
    Kannada,
    Malayalam,
    Sinhala,
    Thai,
    Lao,
    Khmer,
    Myanmar,
    Tibetan,
    Thaana,
    Mongolian,

    /// <summary>Letters of any other script.</summary>
    Other,
}
