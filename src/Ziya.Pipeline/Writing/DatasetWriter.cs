using System.Globalization;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Plans;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Runs;
using Ziya.Pipeline.Storage;

namespace Ziya.Pipeline.Writing;

/// <summary>Writes the outputs of one task below the run folder, from where the run publishes them: a file a folder, more where one grows over its limit.</summary>
internal sealed class DatasetWriter(OutputOptions options, Phase phase, int task, TaskOutputs outputs, RecordKind kind)
{
    private readonly string _rest = FolderPattern.Rest(options.Write);
    private readonly long _mostBytes = (long)options.ShardMb << 20;
    private readonly Dictionary<string, (RowFile File, int Number)> _open = [];
    private readonly JsonLine _line = new();
    private readonly FormatWriter _writer = new(options, kind);

    /// <summary>Where outputs lie in the run folder until they are published.</summary>
    public static string Staging(Phase phase) => $"{phase.Folder}/output/";

    /// <summary>Writes a record to the file of its folder. Null where it has done so; otherwise why the format has no form for it.</summary>
    public string? Write(Record record)
    {
        _line.Clear();
        if (_writer.Write(_line, record) is { } fault)
        {
            return fault;
        }

        var folder = FolderPattern.For(_rest, record);
        if (!_open.TryGetValue(folder, out var open))
        {
            open = (File(folder, 0), 0);
            _open[folder] = open;
        }
        else if (open.File.Bytes > 0 && open.File.Bytes + _line.Length + 1 > _mostBytes)
        {
            open = (File(folder, open.Number + 1), open.Number + 1);
            _open[folder] = open;
        }

        open.File.Write(_line);
        if (record.Scores.TryGet(Scores.Tokens, out var tokens))
        {
            open.File.AddTokens(tokens);
        }

        return null;
    }

    private RowFile File(string folder, int number)
    {
        var more = number == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"-{number:00}");
        var name = $"{Marker.Part(task)}{more}.jsonl{Compressions.Extension(options.Compression)}";
        return outputs.Open(Staging(phase) + folder + name, options.Compression, ZstdLevel);
    }

    // The zstd command's default: outputs are read many times, the files between passes once.
    private const int ZstdLevel = 3;
}
