using System.Text.Json.Nodes;
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
    public static void Publish(RunFolder folder, Plan plan)
    {
        var markers = folder.ReadMarkers(plan.Phases);
        foreach (var (phase, index) in plan.Phases.Select((phase, index) => (phase, index)))
        {
            foreach (var task in markers[phase.Name].Keys)
            {
                var staged = PassSink.QuarantinePath(phase, task);
                if (folder.Store.Find(staged) is not null)
                {
                    // The first pass finds what cannot be read, later ones only what makes a step throw.
                    var path = Root + (index == 0 ? "" : phase.Name + "/") + Marker.Part(task) + ".jsonl";
                    Publish(folder, staged, path);
                }
            }
        }
    }

    private static void Publish(RunFolder folder, string staged, string path)
    {
        var entries = Lines(folder.Bytes(staged)).Select(line => (JsonObject)JsonNode.Parse(line)!).ToList();
        if (entries.TrueForAll(entry => entry.ContainsKey("line")))
        {
            folder.Store.Take(folder.Store, staged, path);
            return;
        }

        foreach (var file in entries.Where(entry => !entry.ContainsKey("line")).GroupBy(entry => (string)entry["file"]!))
        {
            LineNumbers.Fill(file.Key, [.. file.OrderBy(entry => (long)entry["offset"]!)]);
        }

        var line = new JsonLine();
        foreach (var entry in entries)
        {
            JsonText.Write(line, entry);
            line.Raw((byte)'\n');
        }

        folder.Write(path, line.Written);
    }

    private static IEnumerable<byte[]> Lines(byte[] content)
    {
        var start = 0;
        while (start < content.Length)
        {
            var end = Array.IndexOf(content, (byte)'\n', start);
            yield return content[start..end];
            start = end + 1;
        }
    }
}
