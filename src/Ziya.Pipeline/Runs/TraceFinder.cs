using System.Globalization;
using System.Text.Json;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Plans;
using Ziya.Pipeline.Reading;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Writing;

namespace Ziya.Pipeline.Runs;

/// <summary>Where a record of a run came from.</summary>
/// <param name="Shard">Its shard.</param>
/// <param name="At">Where it was read.</param>
/// <param name="Unreadable">Why it could not be read; null if it could.</param>
internal sealed record TraceFound(int Shard, Origin At, string? Unreadable);

/// <summary>Looks for records in the files of a run.</summary>
internal sealed class TraceFinder(RunFolder folder, CompiledPlan compiled, TaskContext context, CancellationToken cancel)
{
    private readonly Plan _plan = compiled.Plan;
    private readonly IReadOnlyDictionary<string, IReadOnlyDictionary<int, Marker>> _markers = folder.ReadMarkers(compiled.Plan.Phases);

    /// <summary>Every place an id was read at, in the order of the input.</summary>
    public IEnumerable<TraceFound> Find(string id)
    {
        var found = InFiles(id).Concat(InQuarantine(id)).ToList();
        if (compiled.Work.OfType<PassWork>().Count() == 1)
        {
            // A job of one pass keeps no copy of what it read: the input itself is gone through.
            try
            {
                found.AddRange(InInput(id));
            }
            catch (Exception exception) when (found.Count > 0 && exception is (InputChangedException or IOException))
            {
                // What was dropped can be told of without the input.
            }
        }

        return found.DistinctBy(one => one.At with { Line = 0 }).OrderBy(one => one.Shard).ThenBy(one => one.At.Offset);
    }

    /// <summary>The record at a place of the input as the first pass saw it; null where the input has changed.</summary>
    public Record? ReadSource(TraceFound found)
    {
        try
        {
            var source = new InputSource(context.Job, context.Catalog).Read(_plan.Shards[found.Shard]);
            return source.FirstOrDefault(incoming => incoming.Record is { } record && IsAt(record.Origin, found.At)).Record;
        }
        catch (Exception exception) when (exception is InputChangedException or IOException)
        {
            return null;
        }
    }

    /// <summary>The record's ordinal in what a pass wrote.</summary>
    public int OrdinalIn(Phase phase, TraceFound found, string id)
    {
        var kind = Enum.Parse<RecordKind>(phase.Out, true);
        return RowReader.Records(folder.Store, JoinSource.BasePath(phase, found.Shard), kind, _ => true)
            .Where(row => IsAt(row.Record.Origin, found.At)).OrderBy(row => row.Record.Id == id ? 0 : 1).Select(row => row.Row).DefaultIfEmpty(-1).First();
    }

    /// <summary>Whether the findings are there.</summary>
    public bool IsDone(IReadOnlyList<ChannelSource> sources) =>
        sources.All(source => _markers[source.Phase.Name].Count == source.Phase.Tasks.Count);

    /// <summary>File and row of a record in the published outputs, or why the output's format has no form for it; null where it is not written yet.</summary>
    public string? FindOutput(TraceFound found, Record record)
    {
        var last = _plan.Phases[^1];
        if (compiled.Work[^1] is GatherWork)
        {
            return FindTokens(last, record);
        }

        var task = last.Tasks.First(task => task.First <= found.Shard && found.Shard <= task.Last).Number;
        if (!_markers[last.Name].TryGetValue(task, out var marker))
        {
            return null;
        }

        var line = new JsonLine();
        if (new FormatWriter(context.Job.Output, record.Kind).Write(line, record) is { } fault)
        {
            return $"dropped: {fault}";
        }

        foreach (var output in marker.Outputs.Where(output => output.Path.StartsWith(DatasetWriter.Staging(last), StringComparison.Ordinal)))
        {
            foreach (var (row, json) in Rows(output.Path))
            {
                if (json.Span.SequenceEqual(line.Written))
                {
                    return Published(last, output.Path, row);
                }
            }
        }

        return null;
    }

    /// <summary>The file its tokens are in: where in it only a reader of tokens could tell.</summary>
    private string? FindTokens(Phase last, Record record)
    {
        var output = context.Job.Output;
        if (((TokenFormat)output.OpenFormat()).Tokenize(record, new TokenRow()) is { } fault)
        {
            return $"dropped: {fault}";
        }

        var task = TokenSpill.PartitionOf(TokenSpill.Key(record, context.Job.Seed), _plan.Partitions);
        return _markers[last.Name].ContainsKey(task)
            ? $"{FolderPattern.Root(output.Write).TrimEnd('/')}/{FolderPattern.For(FolderPattern.Rest(output.Write), record)}{Marker.Part(task)}.bin, among its tokens"
            : null;
    }

    /// <summary>Where records of an id are among what was dropped, could not be done, and was published: found by the id, and by where it was read as far as that is written.</summary>
    public IEnumerable<TraceLine> Written(string id, Origin? read)
    {
        var member = Member(id);
        foreach (var path in folder.Store.List("dropped/").Select(file => file.Path))
        {
            foreach (var (_, json) in Rows(path).Where(row => row.Json.Span[1..].StartsWith(member)))
            {
                using var row = JsonDocument.Parse(json);
                if (read is { } origin && !IsAt(origin, At(row.RootElement)))
                {
                    continue;
                }

                yield return new TraceLine(path.Split('/')[1], $"dropped: {row.RootElement.GetProperty("_drop").GetProperty("reason").GetString()}{Lineage(row.RootElement)}");
                if (read is not null)
                {
                    yield break;
                }
            }
        }

        foreach (var at in InQuarantine(id).Where(at => at.Unreadable is null))
        {
            yield return new TraceLine("quarantine", $"{at.At.File}, byte {at.At.Offset}: a step failed on it");
        }

        var last = _plan.Phases[^1];
        foreach (var output in _markers[last.Name].OrderBy(marker => marker.Key).SelectMany(marker => marker.Value.Outputs).Where(output => output.Path.StartsWith(DatasetWriter.Staging(last), StringComparison.Ordinal)
            && output.Path.Contains(".jsonl", StringComparison.Ordinal)))
        {
            foreach (var (number, json) in Rows(output.Path).Where(row => row.Json.Span.IndexOf(member) >= 0))
            {
                using var row = JsonDocument.Parse(json);
                if (row.RootElement.TryGetProperty("id", out var found) && found.ValueKind == JsonValueKind.String && found.GetString() == id)
                {
                    yield return new TraceLine("output", Published(last, output.Path, number) + Lineage(row.RootElement));
                }
            }
        }
    }

    private static string Lineage(JsonElement row) => row.TryGetProperty("lineage", out var lineage) && lineage.ValueKind == JsonValueKind.Object
        ? string.Concat(lineage.EnumerateObject().Where(member => member.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number).Select(member => $", {member.Name} {member.Value}"))
        : "";

    private static byte[] Member(string id)
    {
        var line = new JsonLine();
        line.Name("id"u8);
        line.Text(id);
        return line.Written.ToArray();
    }

    private IEnumerable<(int Row, ReadOnlyMemory<byte> Json)> Rows(string path)
    {
        foreach (var row in RowReader.Rows(folder.Store, path))
        {
            cancel.ThrowIfCancellationRequested();
            yield return row;
        }
    }

    private string Published(Phase last, string path, int row) =>
        string.Create(CultureInfo.InvariantCulture, $"{FolderPattern.Root(context.Job.Output.Write).TrimEnd('/')}/{path[DatasetWriter.Staging(last).Length..]}, row {row + 1}");

    private static bool IsAt(Origin one, Origin other) => one.File == other.File && one.Offset == other.Offset;

    /// <summary>Among the records the first pass kept, and among all that were dropped.</summary>
    private IEnumerable<TraceFound> InFiles(string id)
    {
        var first = _plan.Phases[0];
        var member = Member(id);
        var paths = _markers[first.Name].Keys.Select(task => JoinSource.BasePath(first, task))
            .Concat(folder.Store.List("dropped/").Select(file => file.Path))
            .Where(path => folder.Store.Find(path) is not null);
        foreach (var path in paths)
        {
            foreach (var (_, json) in Rows(path))
            {
                // The id is the first member of what the pipeline writes.
                if (json.Span[1..].StartsWith(member))
                {
                    using var row = JsonDocument.Parse(json);
                    yield return Found(At(row.RootElement), null);
                }
            }
        }
    }

    private IEnumerable<TraceFound> InQuarantine(string id)
    {
        foreach (var file in folder.Store.List("quarantine/"))
        {
            foreach (var (_, json) in Rows(file.Path))
            {
                using var row = JsonDocument.Parse(json);
                var entry = row.RootElement;
                var isRecord = entry.TryGetProperty("record", out var record);
                var text = isRecord ? "" : entry.TryGetProperty("text", out var start) ? start.GetString()! : "";
                if (isRecord ? record.GetProperty("id").GetString() == id : text.Contains($"\"{id}\"", StringComparison.Ordinal))
                {
                    var line = entry.TryGetProperty("line", out var number) ? number.GetInt64() : 0;
                    var reason = isRecord ? null : $"{entry.GetProperty("reason").GetString()} ({folder.Root}/{file.Path})";
                    yield return Found(new Origin(entry.GetProperty("file").GetString()!, entry.GetProperty("offset").GetInt64(), line), reason);
                }
            }
        }
    }

    private IEnumerable<TraceFound> InInput(string id)
    {
        var source = new InputSource(context.Job, context.Catalog);
        return _plan.Shards.SelectMany(shard => source.Read(shard)
            .Where(incoming =>
            {
                cancel.ThrowIfCancellationRequested();
                return incoming.Record?.Id == id;
            })
            .Select(incoming => new TraceFound(shard.Number, incoming.Record!.Origin, null)));
    }

    private static Origin At(JsonElement row)
    {
        var at = row.GetProperty("_at");
        return new Origin(at.GetProperty("file").GetString()!, at.GetProperty("offset").GetInt64(), at.TryGetProperty("line", out var number) ? number.GetInt64() : 0);
    }

    private TraceFound Found(Origin at, string? unreadable)
    {
        var shard = _plan.Shards.FirstOrDefault(shard => shard.Slices.Any(slice =>
            slice.File == at.File && (slice.Start == 0 || slice.Start <= at.Offset) && (slice.End == slice.FileBytes || at.Offset < slice.End)));
        return new TraceFound(shard?.Number ?? 0, at, unreadable);
    }
}
