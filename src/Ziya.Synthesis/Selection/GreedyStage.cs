using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Steps;

namespace Ziya.Synthesis.Selection;

/// <summary>
/// Step 2 of <see cref="Diversify"/>. Memory: the sketches and ids of the records that stay, at most <see cref="MostBytes"/>; beyond that the job fails and says what to do.
/// </summary>
internal sealed class GreedyStage(Channel findings, DiversifyOptions options, Func<KeptSet> newSet) : Stage("greedy", [Diversify.Records], [findings])
{
    internal const long MostBytes = 512L << 20;

    /// <inheritdoc/>
    public override void Reduce(IEnumerable<Entry> entries, IEntryWriter output)
    {
        var kept = newSet();
        var ids = new List<byte[]>();
        var idBytes = 0L;
        foreach (var entry in entries)
        {
            var span = entry.Span;
            var at = Address.Read(span[DiversityEntry.AddressAt..]);
            var sketch = DiversityEntry.SketchOf(span);
            if (sketch.IsEmpty)
            {
                DiversityEntry.WriteNoText(output, findings, at);
            }
            else if (ids.Count == options.Count)
            {
                DiversityEntry.WriteOverCount(output, findings, at);
            }
            else if (kept.FindSimilar(sketch, out var similarity) is >= 0 and var like)
            {
                DiversityEntry.WriteSimilar(output, findings, at, similarity, ids[like]);
            }
            else
            {
                kept.Add(sketch);
                var id = span[(DiversityEntry.HeadSize + sketch.Length)..].ToArray();
                ids.Add(id);
                idBytes += id.Length;
                Limit(kept.Bytes + idBytes, ids.Count);
            }
        }
    }

    private static void Limit(long bytes, int count)
    {
        if (bytes > MostBytes)
        {
            throw new JobFailedException($"step 'diversify': {count} records that stay take more than {MostBytes >> 20} MB. Say with 'count' how many may stay, or lower 'max_similarity'.");
        }
    }
}
