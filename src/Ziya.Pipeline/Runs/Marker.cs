using System.Globalization;

namespace Ziya.Pipeline.Runs;

/// <summary>What a task leaves behind last, as <c>part-NNNNN.done.json</c>: a task without it has not been done.</summary>
/// <param name="Hash">Hash of the phase the task belonged to; with another hash the marker does not count.</param>
/// <param name="Task">The task's number.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Bytes">Unpacked bytes of records or entries it read.</param>
/// <param name="Records">What became of the records.</param>
/// <param name="Outputs">The files it wrote, by path.</param>
/// <param name="Stats">What the report draws; null for tasks that see no records.</param>
public sealed record Marker(
    string Hash, int Task, double Seconds, long Bytes, RecordCounts Records, IReadOnlyList<TaskOutput> Outputs, RecordStats? Stats)
{
    /// <summary>What the report should warn of, a sentence each; null where there is nothing.</summary>
    public IReadOnlyList<string>? Warnings { get; init; }

    /// <summary>What was asked of models, by step and model; null where nothing was.</summary>
    public SortedDictionary<string, SortedDictionary<string, ModelUsage>>? Asked { get; init; }

    /// <summary>What the seconds were spent on, by step, and for <c>read</c> and <c>write</c>; null in runs of old.</summary>
    public SortedDictionary<string, double>? Spent { get; init; }

    /// <summary>The ending of a marker's name.</summary>
    public const string Ending = ".done.json";

    /// <summary>Name of a task's files before their endings.</summary>
    public static string Part(int task) => string.Create(CultureInfo.InvariantCulture, $"{PartStart}{task:00000}");

    /// <summary>The task whose marker has this name; null where it is the name of something else.</summary>
    internal static int? TaskOf(string name, string ending = Ending) =>
        name.StartsWith(PartStart, StringComparison.Ordinal) && name.EndsWith(ending, StringComparison.Ordinal) && name.Length > PartStart.Length + ending.Length
        && int.TryParse(name.AsSpan()[PartStart.Length..^ending.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var task) ? task : null;

    private const string PartStart = "part-";
}

/// <summary>A file a task wrote.</summary>
/// <param name="Path">Its path in the run folder.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Sha256">SHA-256 of its content, in hex.</param>
/// <param name="Rows">Lines or entries in it.</param>
public sealed record TaskOutput(string Path, long Bytes, string Sha256, long Rows)
{
    /// <summary>Tokens of the records in it that were counted; null where none was.</summary>
    public long? Tokens { get; init; }
}

/// <summary>What became of records. <c>read + created = written + quarantined + dropped</c> over a whole run.</summary>
public sealed record RecordCounts
{
    /// <summary>Records found in the input, readable or not.</summary>
    public long Read { get; set; }

    /// <summary>Records in the outputs.</summary>
    public long Written { get; set; }

    /// <summary>Records that could not be read, or that made a step throw.</summary>
    public long Quarantined { get; set; }

    /// <summary>Of the quarantined, those that made a step throw.</summary>
    public long Poisoned { get; set; }

    /// <summary>The quarantined by reason, without what differs from one to the next.</summary>
    public SortedDictionary<string, long> QuarantinedBy { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Records that went through, in every pass anew: what throughput is measured by.</summary>
    public long Seen { get; set; }

    /// <summary>Records that steps dropped, by step and reason.</summary>
    public SortedDictionary<string, SortedDictionary<string, long>> Dropped { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Records that steps created, by step.</summary>
    public SortedDictionary<string, long> Created { get; init; } = new(StringComparer.Ordinal);

    /// <summary>What the rules of steps found, by step.</summary>
    public SortedDictionary<string, RuleTally> Rules { get; init; } = new(StringComparer.Ordinal);

    /// <summary>All dropped records.</summary>
    internal long DroppedTotal => Dropped.Values.Sum(reasons => reasons.Values.Sum());

    /// <summary>Counts one dropped record.</summary>
    internal void Drop(string step, string reason, long count = 1)
    {
        if (!Dropped.TryGetValue(step, out var reasons))
        {
            Dropped[step] = reasons = new(StringComparer.Ordinal);
        }

        reasons[reason] = reasons.GetValueOrDefault(reason) + count;
    }

    /// <summary>Adds what the rules of a step found.</summary>
    internal void AddRules(string step, RuleTally tally)
    {
        if (!Rules.TryGetValue(step, out var mine))
        {
            Rules[step] = mine = new RuleTally { Tags = tally.Tags };
        }

        mine.Add(tally);
    }

    /// <summary>Counts one record that a step made.</summary>
    internal void Create(string step) => Created[step] = Created.GetValueOrDefault(step) + 1;

    /// <summary>Counts one record that went to quarantine.</summary>
    internal void Quarantine(string reason)
    {
        const int MostReasons = 32;
        Quarantined++;
        var end = reason.AsSpan().IndexOfAny(":;,(");
        var kind = (end > 0 ? reason[..end] : reason).Split(" at ")[0].Trim();
        kind = QuarantinedBy.Count < MostReasons || QuarantinedBy.ContainsKey(kind) ? kind : "other";
        QuarantinedBy[kind] = QuarantinedBy.GetValueOrDefault(kind) + 1;
    }

    /// <summary>Adds other counts.</summary>
    internal void Add(RecordCounts other)
    {
        Read += other.Read;
        Written += other.Written;
        Quarantined += other.Quarantined;
        Poisoned += other.Poisoned;
        Seen += other.Seen;
        foreach (var (step, reasons) in other.Dropped)
        {
            foreach (var (reason, count) in reasons)
            {
                Drop(step, reason, count);
            }
        }

        foreach (var (reason, count) in other.QuarantinedBy)
        {
            QuarantinedBy[reason] = QuarantinedBy.GetValueOrDefault(reason) + count;
        }

        foreach (var (step, tally) in other.Rules)
        {
            AddRules(step, tally);
        }

        foreach (var (step, count) in other.Created)
        {
            Created[step] = Created.GetValueOrDefault(step) + count;
        }
    }
}
