namespace Ziya.Pipeline.Reading;

/// <summary>CSV with a header row.</summary>
[InputFormat("csv")]
public sealed class CommaSeparated : SeparatedValues
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Extensions { get; } = [".csv"];

    /// <inheritdoc/>
    protected override byte Separator => (byte)',';
}
