using System.IO.Hashing;
using System.Runtime.InteropServices;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Pipeline.Runs;

/// <summary>Distributions and examples of the records that left a pass, kept or dropped. Those of several tasks add up.</summary>
public sealed record RecordStats
{
    private const int MostExamples = 12;
    private const int MostExamplesOfReason = 3;
    private const int MostDuplicates = 40;
    private const int MostNames = 200;

    /// <summary>Distributions of the records written.</summary>
    public Distributions Written { get; init; } = new();

    /// <summary>Distributions of the records dropped.</summary>
    public Distributions Dropped { get; init; } = new();

    /// <summary>Records written, picked by a hash of their id.</summary>
    public List<Example> Kept { get; init; } = [];

    /// <summary>Dropped records by <c>step/reason</c>, picked likewise.</summary>
    public SortedDictionary<string, List<Example>> Rejected { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Duplicates of the largest clusters.</summary>
    public List<Example> Duplicates { get; init; } = [];

    /// <summary>Counts a record that was written.</summary>
    internal void AddWritten(Record record, ulong seed)
    {
        Written.Add(record, record.Language);
        Offer(Kept, MostExamples, Example.Of(record, null, null, Rank(record, seed)));
    }

    /// <summary>Counts a record that was dropped.</summary>
    internal void AddDropped(Record record, string step, Drop drop, ulong seed)
    {
        // A step that drops by language says which it was.
        Dropped.Add(record, record.Language ?? (string?)drop.Detail?["language"]);
        var key = $"{step}/{drop.Reason}";
        if (!Rejected.TryGetValue(key, out var list))
        {
            if (Rejected.Count >= MostNames)
            {
                return;
            }

            Rejected[key] = list = [];
        }

        Offer(list, MostExamplesOfReason, Example.Of(record, step, drop, Rank(record, seed)));
        if (drop.Detail?["cluster_size"] is { } size)
        {
            // Large clusters first; within one, whichever record has the smallest hash.
            Offer(Duplicates, MostDuplicates, Example.Of(record, step, drop, (Rank(record, seed) / 2) - (Math.Min(size.GetValue<int>(), 1 << 20) * 1e12)));
        }
    }

    /// <summary>Adds those of another task.</summary>
    internal void Add(RecordStats other)
    {
        Written.Add(other.Written);
        Dropped.Add(other.Dropped);
        Merge(Kept, other.Kept, MostExamples);
        Merge(Duplicates, other.Duplicates, MostDuplicates);
        foreach (var (key, list) in other.Rejected)
        {
            if (!Rejected.TryGetValue(key, out var mine))
            {
                Rejected[key] = mine = [];
            }

            Merge(mine, list, MostExamplesOfReason);
        }
    }

    private static double Rank(Record record, ulong seed) =>
        XxHash3.HashToUInt64(MemoryMarshal.AsBytes(record.Id.AsSpan()), (long)seed) / (double)(1UL << 32);

    private static void Offer(List<Example> list, int most, Example example)
    {
        if (list.Count < most || example.Rank < list[^1].Rank)
        {
            Merge(list, [example], most);
        }
    }

    private static void Merge(List<Example> list, IReadOnlyList<Example> others, int most)
    {
        list.AddRange(others);
        list.Sort((a, b) => a.Rank != b.Rank ? a.Rank.CompareTo(b.Rank) : string.CompareOrdinal(a.Id, b.Id));
        if (list.Count > most)
        {
            list.RemoveRange(most, list.Count - most);
        }
    }
}

/// <summary>A record shown to people.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Text">The start of its text.</param>
/// <param name="Length">Length of the whole text, in UTF-16 code units.</param>
/// <param name="Language">Its language.</param>
/// <param name="Source">Where it came from.</param>
/// <param name="Bucket">Its bucket.</param>
/// <param name="Scores">Its scores.</param>
/// <param name="Step">The step that dropped it; null if it was written.</param>
/// <param name="Reason">Why it was dropped.</param>
/// <param name="Detail">What was kept with the drop, as JSON.</param>
/// <param name="Rank">What it was picked by.</param>
public sealed record Example(
    string Id, string Text, int Length, string? Language, string? Source, string? Bucket,
    IReadOnlyDictionary<string, double> Scores, string? Step, string? Reason, System.Text.Json.Nodes.JsonObject? Detail, double Rank)
{
    private const int MostText = 1200;

    internal static Example Of(Record record, string? step, Drop? drop, double rank)
    {
        var text = record.Content;
        var cut = Math.Min(text.Length, MostText);
        cut -= cut > 0 && cut < text.Length && char.IsHighSurrogate(text[cut - 1]) ? 1 : 0;
        return new Example(
            record.Id, text[..cut], text.Length, record.Language, record.Source, record.Bucket,
            record.Scores.ToDictionary(), step, drop?.Reason, (System.Text.Json.Nodes.JsonObject?)drop?.Detail?.DeepClone(), rank);
    }
}

/// <summary>Counts of records by length, language, bucket and scores.</summary>
public sealed record Distributions
{
    private const int MostNames = 200;

    /// <summary>How many records.</summary>
    public long Count { get; set; }

    /// <summary>UTF-16 code units of text in all of them.</summary>
    public long Characters { get; set; }

    /// <summary>Tokens of those records that were counted (<c>count_tokens</c>); null where none was.</summary>
    public long? Tokens { get; set; }

    /// <summary>By length: the key is the lower bound of a half-octave bin, in UTF-16 code units.</summary>
    public SortedDictionary<int, long> Length { get; init; } = [];

    /// <summary>By language, <c>?</c> where there is none.</summary>
    public SortedDictionary<string, long> Language { get; init; } = new(StringComparer.Ordinal);

    /// <summary>By bucket; empty where there are none.</summary>
    public SortedDictionary<string, long> Bucket { get; init; } = new(StringComparer.Ordinal);

    /// <summary>By score name, then by the bin of <see cref="Bin"/>.</summary>
    public SortedDictionary<string, SortedDictionary<int, long>> Scores { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Counts a record.</summary>
    internal void Add(Record record, string? language)
    {
        Count++;
        var length = record.Content.Length;
        Characters += length;
        var bin = length == 0 ? 0 : (int)Math.Ceiling(Math.Pow(2, Math.Floor(Math.Log2(length) * 2) / 2));
        Length[bin] = Length.GetValueOrDefault(bin) + 1;
        Count1(Language, language ?? "?");
        if (record.Bucket is { } bucket)
        {
            Count1(Bucket, bucket);
        }

        if (record.Scores.TryGet(Records.Scores.Tokens, out var tokens))
        {
            Tokens = (Tokens ?? 0) + (long)tokens;
        }

        foreach (var (name, value) in record.Scores)
        {
            if (!Scores.TryGetValue(name, out var bins))
            {
                if (Scores.Count >= MostNames)
                {
                    continue;
                }

                Scores[name] = bins = [];
            }

            bins[Bin(value)] = bins.GetValueOrDefault(Bin(value)) + 1;
        }
    }

    /// <summary>Adds others.</summary>
    internal void Add(Distributions other)
    {
        Count += other.Count;
        Characters += other.Characters;
        Tokens = other.Tokens is { } tokens ? (Tokens ?? 0) + tokens : Tokens;
        AddAll(Length, other.Length);
        AddAll(Language, other.Language);
        AddAll(Bucket, other.Bucket);
        foreach (var (name, bins) in other.Scores)
        {
            if (!Scores.TryGetValue(name, out var mine))
            {
                Scores[name] = mine = [];
            }

            AddAll(mine, bins);
        }
    }

    /// <summary>The bin of a score: fiftieths up to 2, then eight bins an octave. <see cref="LowerBound"/> undoes it.</summary>
    internal static int Bin(double value)
    {
        var size = Math.Abs(value);
        var bin = size <= 2 ? (int)Math.Floor(size * 50) : 100 + (int)Math.Floor(Math.Log2(size / 2) * 8);
        return value < 0 ? -1 - bin : bin;
    }

    /// <summary>The smallest value of a bin.</summary>
    internal static double LowerBound(int bin) => bin < 0 ? -LowerBound(-bin) : bin <= 100 ? bin / 50.0 : 2 * Math.Pow(2, (bin - 100) / 8.0);

    private static void Count1(SortedDictionary<string, long> counts, string name)
    {
        if (!counts.ContainsKey(name) && counts.Count >= MostNames)
        {
            name = "others";
        }

        counts[name] = counts.GetValueOrDefault(name) + 1;
    }

    private static void AddAll<TKey>(SortedDictionary<TKey, long> mine, SortedDictionary<TKey, long> others)
        where TKey : notnull
    {
        foreach (var (key, count) in others)
        {
            mine[key] = mine.GetValueOrDefault(key) + count;
        }
    }
}
