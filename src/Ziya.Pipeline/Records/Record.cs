namespace Ziya.Pipeline.Records;

/// <summary>What every kind of record has. Records are immutable; a step returns a changed copy (<c>with</c>).</summary>
public abstract record Record
{
    /// <summary>Name of the record. Generated from input file and byte offset where the input has none.</summary>
    public required string Id { get; init; }

    /// <summary>Where the record came from, a URL or a file. The input file where the input names nothing.</summary>
    public string? Source { get; init; }

    /// <summary>ISO 639-1 code written by <c>language</c>, such as <c>zh</c> or <c>en</c>; <c>und</c> if undetermined.</summary>
    public string? Language { get; init; }

    /// <summary>Fields of the input that the record kind does not have, kept as they came.</summary>
    public Fields Meta { get; init; } = Fields.Empty;

    /// <summary>Numbers written by steps, by name.</summary>
    public Scores Scores { get; init; } = Scores.Empty;

    /// <summary>Bucket written by <c>bucket</c>.</summary>
    public string? Bucket { get; init; }

    /// <summary>The input file, byte offset and line the record was read from. Not written to final outputs.</summary>
    internal Origin Origin { get; init; }

    /// <summary>The kind of this record.</summary>
    internal abstract RecordKind Kind { get; }

    /// <summary>The text that steps for any kind of record look at.</summary>
    internal abstract string Content { get; }

    /// <summary>Its length in UTF-16 code units, without putting it together.</summary>
    internal abstract int ContentLength { get; }
}
