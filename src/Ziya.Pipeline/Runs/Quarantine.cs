using System.Text.Json;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Plans;
using Ziya.Pipeline.Records;

namespace Ziya.Pipeline.Runs;

/// <summary>
/// Puts the quarantine of finished tasks where people look for it. Tasks that started in the middle of a file did not know their
/// line numbers: they are counted here, one reading for each such file.
/// </summary>
internal static class Quarantine
{
    private const string Root = "quarantine/";

    /// <summary>Publishes what there is; doing it again gives the same files.</summary>
    public static void Publish(RunFolder folder, Plan plan, IReadOnlyDictionary<string, IReadOnlyDictionary<int, Marker>> markers)
    {
        foreach (var (phase, index) in plan.Phases.Select((phase, index) => (phase, index)))
        {
            foreach (var (task, marker) in markers[phase.Name])
            {
                var staged = PassSink.QuarantinePath(phase, task);
                if (marker.Outputs.Any(output => output.Path == staged))
                {
                    // The first pass finds what cannot be read, later ones only what makes a step throw.
                    var path = Root + (index == 0 ? "" : phase.Name + "/") + Marker.Part(task) + ".jsonl";
                    Publish(folder, staged, path);
                }
            }
        }
    }

    /// <summary>An entry at a time: a task may have quarantined more than there is memory.</summary>
    private static void Publish(RunFolder folder, string staged, string path)
    {
        using var numbers = new LineNumbers();
        using var pending = folder.Store.Create(path);
        var line = new JsonLine();
        foreach (var (_, entry) in RowReader.Rows(folder.Store, staged))
        {
            line.Clear();
            Copy(line, entry.Span, numbers);
            line.Raw((byte)'\n');
            pending.Content.Write(line.Written);
        }

        pending.Commit();
    }

    /// <summary>Entries begin with <c>file</c>, then <c>line</c> where it is known, then <c>offset</c>.</summary>
    private static void Copy(JsonLine line, ReadOnlySpan<byte> entry, LineNumbers numbers)
    {
        var reader = new Utf8JsonReader(entry);
        reader.Read();
        reader.Read();
        reader.Read();
        var file = reader.GetString()!;
        var start = (int)reader.BytesConsumed;
        reader.Read();
        if (reader.ValueTextEquals("offset"u8) && reader.Read() && numbers.Of(file, reader.GetInt64()) is > 0 and var number)
        {
            line.Raw(entry[..start]);
            line.Name("line"u8);
            line.Number(number);
            entry = entry[start..];
        }

        line.Raw(entry);
    }
}
