namespace Ziya.Corpus.Cleaning;

/// <summary>Which of the equivalent spellings of a text is kept (Unicode Standard Annex 15).</summary>
public enum UnicodeForm
{
    /// <summary>The one that is there.</summary>
    None,

    /// <summary>Composed: <c>e</c> and a combining accent become <c>é</c>. Nothing a reader could see changes.</summary>
    Nfc,

    /// <summary>Composed, and compatibility characters become plain ones: <c>ﬁ</c>, <c>①</c>, <c>㎝</c>, half-width katakana.</summary>
    Nfkc,
}
