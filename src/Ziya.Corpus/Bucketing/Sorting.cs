using System.Text.Json.Nodes;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Bucketing;

/// <summary>Step 3 of <see cref="Bucket"/>, by cuts from wherever.</summary>
internal sealed class Sorting(BucketOptions options, IReadOnlyList<string>? names = null)
{
    private readonly IReadOnlyList<string> _names = names ?? [.. options.Limits.Keys];
    private readonly HashSet<string> _dropped = [.. options.Dropped];

    /// <summary>The number to sort by, best first; false where the record has none.</summary>
    public bool TryGetKey(Record record, out ulong key) => NumberOrder.TryGetKey(record, options.By, options.Order, out key);

    /// <summary>The bucket of a value. What is worse than the worst that was cut by is in the last one.</summary>
    public string NameOf(IReadOnlyList<ulong> cuts, ulong key)
    {
        // A handful of cuts: a scan.
        var at = 0;
        while (at < cuts.Count - 1 && cuts[at] < key)
        {
            at++;
        }

        return _names[at];
    }

    /// <summary>The record in a bucket, or dropped with it.</summary>
    public Verdict<Record> Place(Record record, string? bucket)
    {
        bucket ??= options.Unscored;
        if (!_dropped.Contains(bucket))
        {
            return record with { Bucket = bucket };
        }

        return RecordField.TryGetNumber(record, options.By, out var value) && double.IsFinite(value)
            ? new Drop(bucket, new JsonObject { ["value"] = Math.Round(value, 6) })
            : new Drop(bucket);
    }
}
