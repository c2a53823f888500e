using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Records;

namespace Ziya.Pipeline.Writing;

/// <summary>Writes records as a job's output says: in its format, with what it keeps beside. Not for two threads at once.</summary>
internal sealed class FormatWriter(OutputOptions options, RecordKind kind)
{
    private readonly OutputFormat _format = options.OpenFormat();
    private readonly RecordWriter _kept = new(kind);

    /// <summary>Writes a record as one object. Null where it has done so; otherwise why the format has no form for it.</summary>
    public string? Write(JsonLine line, Record record)
    {
        line.Raw((byte)'{');
        if (_format.Write(line, record) is { } fault)
        {
            return fault;
        }

        _kept.Members(line, record, options.Keep);
        line.Raw((byte)'}');
        return null;
    }
}
