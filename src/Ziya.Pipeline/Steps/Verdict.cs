using System.Text.Json.Nodes;

namespace Ziya.Pipeline.Steps;

/// <summary>What a step decides about a record: it goes on, changed or not, or it leaves with a reason.</summary>
/// <typeparam name="T">The kind of record that goes on.</typeparam>
public readonly struct Verdict<T>
    where T : class
{
    private Verdict(T? record, string? reason, JsonObject? detail)
    {
        Record = record;
        Reason = reason;
        Detail = detail;
    }

    /// <summary>The record that goes on; null where it was dropped.</summary>
    public T? Record { get; }

    /// <summary>Why the record leaves, a word or two in snake_case that the report counts by; null where it stays.</summary>
    public string? Reason { get; }

    /// <summary>What else is worth keeping with a dropped record: the measured value, the keeper of a duplicate.</summary>
    public JsonObject? Detail { get; }

    /// <summary>The record goes on.</summary>
    public static implicit operator Verdict<T>(T record) => new(record, null, null);

    /// <summary>The record leaves.</summary>
    internal static Verdict<T> Dropped(string reason, JsonObject? detail) => new(null, reason, detail);

    /// <summary>The record leaves, whatever kind would have gone on.</summary>
    public static implicit operator Verdict<T>(Drop drop) => new(null, drop.Reason, drop.Detail);
}
