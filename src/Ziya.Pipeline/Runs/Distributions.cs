using Ziya.Pipeline.Records;

namespace Ziya.Pipeline.Runs;

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

    /// <summary>Sums by language and bucket.</summary>
    public SortedDictionary<string, GroupCounts> Groups { get; init; } = new(StringComparer.Ordinal);

    /// <summary>By score name, then by the bin of <see cref="Bin"/>.</summary>
    public SortedDictionary<string, SortedDictionary<int, long>> Scores { get; init; } = new(StringComparer.Ordinal);

    /// <summary>By type of task, then by score and bin; null where no record has a task.</summary>
    public SortedDictionary<string, TaskScores>? Tasks { get; set; }

    /// <summary>Counts a record.</summary>
    internal void Add(Record record, string? language)
    {
        Count++;
        var length = record.ContentLength;
        Characters += length;
        var bin = length == 0 ? 0 : (int)Math.Ceiling(Math.Pow(2, Math.Floor(Math.Log2(length) * 2) / 2));
        Length[bin] = Length.GetValueOrDefault(bin) + 1;
        Count1(Language, language ?? "?");
        if (record.Bucket is { } bucket)
        {
            Count1(Bucket, bucket);
        }

        long? counted = record.Scores.TryGet(Records.Scores.Tokens, out var tokens) ? (long)tokens : null;
        Tokens = counted is null ? Tokens : (Tokens ?? 0) + counted;
        GroupOf(language, record.Bucket).Add(new GroupCounts { Records = 1, Characters = length, Tokens = counted });

        IEnumerable<KeyValuePair<string, double>> scores = record is Instruction { Difficulty: { } difficulty } && !record.Scores.TryGet("difficulty", out _)
            ? record.Scores.Append(new("difficulty", difficulty)) : record.Scores;
        AddScores(Scores, scores);
        if (Provenance.TaskOf(record) is { } task)
        {
            Tasks ??= new(StringComparer.Ordinal);
            TaskOf(task).Add(scores);
        }
    }

    /// <summary>Counts scores by their bins.</summary>
    internal static void AddScores(SortedDictionary<string, SortedDictionary<int, long>> into, IEnumerable<KeyValuePair<string, double>> scores)
    {
        foreach (var (name, value) in scores)
        {
            if (BinsOf(into, name) is { } bins)
            {
                bins[Bin(value)] = bins.GetValueOrDefault(Bin(value)) + 1;
            }
        }
    }

    /// <summary>Adds counted scores.</summary>
    internal static void AddScores(SortedDictionary<string, SortedDictionary<int, long>> into, SortedDictionary<string, SortedDictionary<int, long>> others)
    {
        foreach (var (name, counts) in others)
        {
            if (BinsOf(into, name) is { } bins)
            {
                AddAll(bins, counts);
            }
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
        foreach (var group in other.Groups.Values)
        {
            GroupOf(group.Language, group.Bucket).Add(group);
        }

        AddScores(Scores, other.Scores);
        foreach (var (task, scores) in other.Tasks ?? [])
        {
            Tasks ??= new(StringComparer.Ordinal);
            TaskOf(task).Add(scores);
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

    /// <summary>The roundest value of a bin, for people: 5 of the bin from 4.76 to 5.19, since scores that look whole mostly are.</summary>
    internal static double Shown(int bin)
    {
        if (bin <= 0)
        {
            return bin == 0 ? 0 : 0 - Shown(-1 - bin);
        }

        var (low, end) = (LowerBound(bin), LowerBound(bin + 1));
        for (var digits = -(int)Math.Floor(Math.Log10(end)); ; digits++)
        {
            var unit = Math.Pow(10, -digits);
            var value = Math.Round(Math.Ceiling((low / unit) - 1e-9) * unit, Math.Clamp(digits, 0, 15));
            if (value < end)
            {
                return value;
            }
        }
    }

    private TaskScores TaskOf(string task)
    {
        const int MostTasks = 40;
        const string Others = "others";
        task = Tasks!.ContainsKey(task) || Tasks.Keys.Count(known => known != Others) < MostTasks ? task : Others;
        return Tasks.TryGetValue(task, out var scores) ? scores : Tasks[task] = new TaskScores();
    }

    private static SortedDictionary<int, long>? BinsOf(SortedDictionary<string, SortedDictionary<int, long>> scores, string name) =>
        scores.TryGetValue(name, out var bins) ? bins : scores.Count >= MostNames ? null : scores[name] = [];

    private GroupCounts GroupOf(string? language, string? bucket)
    {
        var key = $"{language ?? "?"}/{bucket}";
        if (!Groups.ContainsKey(key) && Groups.Count >= MostNames)
        {
            (key, language, bucket) = ("others/", "others", null);
        }

        return Groups.TryGetValue(key, out var group) ? group : Groups[key] = new GroupCounts { Language = language, Bucket = bucket };
    }

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

/// <summary>The records of one type of task.</summary>
public sealed record TaskScores
{
    /// <summary>How many.</summary>
    public long Count { get; set; }

    /// <summary>By score name, then by bin.</summary>
    public SortedDictionary<string, SortedDictionary<int, long>> Scores { get; init; } = new(StringComparer.Ordinal);

    internal void Add(IEnumerable<KeyValuePair<string, double>> scores)
    {
        Count++;
        Distributions.AddScores(Scores, scores);
    }

    internal void Add(TaskScores other)
    {
        Count += other.Count;
        Distributions.AddScores(Scores, other.Scores);
    }
}
