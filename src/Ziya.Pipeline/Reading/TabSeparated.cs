namespace Ziya.Pipeline.Reading;

/// <summary>Values separated by tabs, with a header row. Quotes count as in CSV where they are right, and as text where they are not.</summary>
[InputFormat("tsv")]
public sealed class TabSeparated : SeparatedValues
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Extensions { get; } = [".tsv", ".tab"];

    /// <inheritdoc/>
    protected override byte Separator => (byte)'\t';

    /// <inheritdoc/>
    protected override bool QuotesAreText => true;
}
