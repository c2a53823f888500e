using Ziya.Pipeline.Records;

namespace Ziya.Pipeline.Writing;

/// <summary>
/// A format that writes tokens instead of JSON: the last pass turns records into tokens, and a phase behind it shuffles those of all records and writes
/// files that training programs map into memory.
/// </summary>
internal abstract class TokenFormat : OutputFormat
{
    /// <summary>How its files are made. Only asked where <see cref="OutputFormat.Faults"/> finds nothing.</summary>
    public abstract TokenFileInfo Info { get; }

    /// <summary>Whether records of a kind have a loss mask.</summary>
    public abstract bool HasMask(RecordKind kind);

    /// <summary>Puts the tokens of a record into an empty row. Null where it has done so; otherwise why it has none, as with <see cref="Write"/>.</summary>
    public abstract string? Tokenize(Record record, TokenRow row);

    /// <inheritdoc/>
    public sealed override string? Write(JsonLine line, Record record) => throw new NotSupportedException("Tokens are no JSON.");
}
