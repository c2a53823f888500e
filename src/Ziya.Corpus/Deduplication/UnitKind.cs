namespace Ziya.Corpus.Deduplication;

/// <summary>What part a character has in the units that n-grams are made of.</summary>
internal enum UnitKind : byte
{
    /// <summary>None: it parts words.</summary>
    None,

    /// <summary>It is part of a word.</summary>
    Word,

    /// <summary>It is a unit by itself.</summary>
    Single,
}
