namespace Ziya.Corpus.Cleaning;

/// <summary>What is done to the full-width forms of ASCII characters.</summary>
public enum WidthRule
{
    /// <summary>Nothing.</summary>
    Keep,

    /// <summary>Letters and digits become half-width, and signs that stand inside a word or number: <c>ＡＢＣ－２０００</c>, <c>３．５</c>. Chinese punctuation stays.</summary>
    Letters,

    /// <summary>All of them become half-width, Chinese punctuation such as <c>，</c> and <c>（</c> too.</summary>
    All,
}
