using Ziya.Pipeline.Records;

namespace Ziya.Pipeline.Writing;

/// <summary>A record as it is, with all it has.</summary>
[OutputFormat("native")]
internal sealed class NativeFormat : OutputFormat
{
    private RecordWriter? _writer;

    /// <inheritdoc/>
    public override IReadOnlyList<RecordKind> Kinds { get; } = Enum.GetValues<RecordKind>();

    /// <inheritdoc/>
    public override bool IsWhole => true;

    /// <inheritdoc/>
    public override string? Write(JsonLine line, Record record)
    {
        (_writer ??= new RecordWriter(record.Kind)).Members(line, record);
        return null;
    }
}
