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
    private const int MostComparisons = 8;
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

    /// <summary>What steps made beside what they made it of, by step, and by <c>step/reason</c> where they dropped it at once; null where there is nothing to compare.</summary>
    public SortedDictionary<string, List<Comparison>>? Compared { get; set; }

    /// <summary>The written records that each model had a part in, by the part; null where none says.</summary>
    public SortedDictionary<string, SortedDictionary<string, long>>? Made { get; set; }

    /// <summary>The written records that were made with each prompt; null where none says.</summary>
    public SortedDictionary<string, long>? Prompts { get; set; }

    /// <summary>The candidates of each model, with their scores; null where there are none.</summary>
    public SortedDictionary<string, AnswerStats>? Answers { get; set; }

    /// <summary>Counts a record that was written.</summary>
    internal void AddWritten(Record record, ulong seed)
    {
        Written.Add(record, record.Language);
        Offer(Kept, MostExamples, Rank(record, seed), rank => Example.Of(record, null, null, rank));
        var lineage = Provenance.Of(record);
        foreach (var (model, part) in Provenance.ModelsOf(record, lineage))
        {
            Count(Made ??= new(StringComparer.Ordinal), model, part, 1);
        }

        foreach (var prompt in Provenance.PromptsOf(lineage))
        {
            Count(Prompts ??= new(StringComparer.Ordinal), prompt, 1);
        }

        AddAnswers(record);
    }

    /// <summary>Counts a record that was dropped.</summary>
    internal void AddDropped(Record record, string step, Drop drop, ulong seed)
    {
        // A step that drops by language says which it was.
        Dropped.Add(record, record.Language ?? (string?)drop.Detail?["language"]);
        AddAnswers(record);
        var key = $"{step}/{drop.Reason}";
        if (!Rejected.TryGetValue(key, out var list))
        {
            if (Rejected.Count >= MostNames)
            {
                return;
            }

            Rejected[key] = list = [];
        }

        Offer(list, MostExamplesOfReason, Rank(record, seed), rank => Example.Of(record, step, drop, rank));
        if (drop.Detail?["cluster_size"] is { } size)
        {
            // Large clusters first; within one, whichever record has the smallest hash.
            Offer(Duplicates, MostDuplicates, (Rank(record, seed) / 2) - (Math.Min(size.GetValue<int>(), 1 << 20) * 1e12), rank => Example.Of(record, step, drop, rank));
        }
    }

    /// <summary>Notes what a step made of a record, beside the record.</summary>
    internal void See(string step, Record before, Verdict<Record> verdict, ulong seed)
    {
        var after = verdict.Record;
        if (after is not null && !ReferenceEquals(before, after))
        {
            Compare(step, before, after, null, seed);
            if (before is Instruction { Candidates.Count: > 0 } && after is not Instruction { Candidates.Count: > 0 })
            {
                AddAnswers(before);
            }
        }

        foreach (var made in verdict.Created)
        {
            var parent = made.Record is Instruction instruction ? Comparison.ParentOf(instruction, before, verdict.Created) : before;
            Compare(step, parent, made.Record, made.Drop, seed);
        }
    }

    /// <summary>Adds those of another task.</summary>
    internal void Add(RecordStats other)
    {
        Written.Add(other.Written);
        Dropped.Add(other.Dropped);
        Merge(Kept, other.Kept, MostExamples, example => example);
        Merge(Duplicates, other.Duplicates, MostDuplicates, example => example);
        foreach (var (key, list) in other.Rejected)
        {
            Merge(ListOf(Rejected, key), list, MostExamplesOfReason, example => example);
        }

        foreach (var (key, list) in other.Compared ?? [])
        {
            Merge(ListOf(Compared ??= new(StringComparer.Ordinal), key), list, MostOf(key), comparison => comparison.After);
        }

        foreach (var (model, parts) in other.Made ?? [])
        {
            foreach (var (part, count) in parts)
            {
                Count(Made ??= new(StringComparer.Ordinal), model, part, count);
            }
        }

        foreach (var (prompt, count) in other.Prompts ?? [])
        {
            Count(Prompts ??= new(StringComparer.Ordinal), prompt, count);
        }

        foreach (var (model, answers) in other.Answers ?? [])
        {
            AnswersOf(model)?.Add(answers);
        }
    }

    private static double Rank(Record record, ulong seed) =>
        XxHash3.HashToUInt64(MemoryMarshal.AsBytes(record.Id.AsSpan()), (long)seed) / (double)(1UL << 32);

    private static int MostOf(string key) => key.Contains('/', StringComparison.Ordinal) ? MostExamplesOfReason : MostComparisons;

    private void Compare(string step, Record before, Record after, Drop? drop, ulong seed)
    {
        if (!Comparison.IsWorthSeeing(before, after))
        {
            return;
        }

        var key = drop is null ? step : $"{step}/{drop.Reason}";
        Compared ??= new(StringComparer.Ordinal);
        if (Compared.ContainsKey(key) || Compared.Count < MostNames)
        {
            var list = ListOf(Compared, key);
            var rank = Rank(after, seed);
            if (list.Count < MostOf(key) || rank < list[^1].After.Rank)
            {
                Merge(list, [Comparison.Of(before, after, step, drop, rank)], MostOf(key), comparison => comparison.After);
            }
        }
    }

    private void AddAnswers(Record record)
    {
        foreach (var candidate in (record as Instruction)?.Candidates ?? [])
        {
            if (candidate.Model is { } model)
            {
                AnswersOf(model)?.Add(candidate);
            }
        }
    }

    private AnswerStats? AnswersOf(string model)
    {
        Answers ??= new(StringComparer.Ordinal);
        return Answers.TryGetValue(model, out var answers) ? answers : Answers.Count >= MostNames ? null : Answers[model] = new AnswerStats();
    }

    private static List<T> ListOf<T>(SortedDictionary<string, List<T>> lists, string key) => lists.TryGetValue(key, out var list) ? list : lists[key] = [];

    private static void Count(SortedDictionary<string, SortedDictionary<string, long>> counts, string first, string second, long count)
    {
        if (!counts.TryGetValue(first, out var inner))
        {
            if (counts.Count >= MostNames)
            {
                return;
            }

            counts[first] = inner = new(StringComparer.Ordinal);
        }

        Count(inner, second, count);
    }

    private static void Count(SortedDictionary<string, long> counts, string name, long count)
    {
        if (counts.ContainsKey(name) || counts.Count < MostNames)
        {
            counts[name] = counts.GetValueOrDefault(name) + count;
        }
    }

    private static void Offer(List<Example> list, int most, double rank, Func<double, Example> make)
    {
        if (list.Count < most || rank < list[^1].Rank)
        {
            Merge(list, [make(rank)], most, example => example);
        }
    }

    private static void Merge<T>(List<T> list, IReadOnlyList<T> others, int most, Func<T, Example> of)
    {
        list.AddRange(others);
        list.Sort((a, b) => of(a).Rank != of(b).Rank ? of(a).Rank.CompareTo(of(b).Rank) : string.CompareOrdinal(of(a).Id, of(b).Id));
        if (list.Count > most)
        {
            list.RemoveRange(most, list.Count - most);
        }
    }
}
