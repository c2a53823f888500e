using System.Text.Json.Nodes;
using Ziya.Pipeline.Records;

namespace Ziya.Pipeline.Steps;

/// <summary>What a step decides about a record: it goes on, changed or not, or it leaves with a reason.</summary>
/// <typeparam name="T">The kind of record that goes on.</typeparam>
public readonly struct Verdict<T>
    where T : class
{
    private Verdict(T? record, string? reason, JsonObject? detail, IReadOnlyList<Made<T>>? created = null)
    {
        Record = record;
        Reason = reason;
        Detail = detail;
        Created = created ?? [];
    }

    /// <summary>The record that goes on; null where it was dropped.</summary>
    public T? Record { get; }

    /// <summary>Why the record leaves, a word or two in snake_case that the report counts by; null where it stays.</summary>
    public string? Reason { get; }

    /// <summary>What else is worth keeping with a dropped record: the measured value, the keeper of a duplicate.</summary>
    public JsonObject? Detail { get; }

    /// <summary>Records made of this one, which go on after it. Only of a step that says that it <see cref="Step.Creates"/>.</summary>
    public IReadOnlyList<Made<T>> Created { get; }

    /// <summary>This verdict, and records made of the record.</summary>
    public Verdict<T> And(IReadOnlyList<T> created) => And([.. created.Select(record => new Made<T>(record))]);

    /// <summary>This verdict, and records made of the record, of which some are dropped at once.</summary>
    public Verdict<T> And(IReadOnlyList<Made<T>> created) => new(Record, Reason, Detail, created);

    /// <summary>The same about a record of any kind.</summary>
    internal Verdict<Record> OfAnyKind() => new((Record?)(object?)Record, Reason, Detail, Created.Count == 0 ? null : [.. Created.Select(made => new Made<Record>((Record)(object)made.Record, made.Drop))]);

    /// <summary>The record goes on.</summary>
    public static implicit operator Verdict<T>(T record) => new(record, null, null);

    /// <summary>The record leaves, whatever kind would have gone on.</summary>
    public static implicit operator Verdict<T>(Drop drop) => new(null, drop.Reason, drop.Detail);
}
