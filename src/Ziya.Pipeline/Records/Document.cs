namespace Ziya.Pipeline.Records;

/// <summary>A text of a corpus.</summary>
public sealed record Document : Record
{
    /// <summary>The text, in Unicode.</summary>
    public required string Text { get; init; }

    internal override RecordKind Kind => RecordKind.Document;

    internal override string Content => Text;

    internal override int ContentLength => Text.Length;
}
