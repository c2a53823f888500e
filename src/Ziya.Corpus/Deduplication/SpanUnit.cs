namespace Ziya.Corpus.Deduplication;

/// <summary>What `dedup_lines` compares.</summary>
public enum SpanUnit
{
    /// <summary>Lines. Blank ones belong to the line before them.</summary>
    Line,

    /// <summary>Lines up to a blank one.</summary>
    Paragraph,

    /// <summary>Sentences, which end with a line or with 。！？ or . ! ? and what closes them.</summary>
    Sentence,
}
