using Ziya.Pipeline.Records;

namespace Ziya.Pipeline.Steps;

/// <summary>
/// A step that must see everything. <see cref="Map"/> notes small entries about each record, <see cref="Stages"/> sort and reduce
/// them partition by partition, and <see cref="Apply"/> meets each record again with what was found about it. The text itself
/// never moves through the stages.
/// </summary>
/// <typeparam name="T">The record kind; the abstract <see cref="Record"/> for any.</typeparam>
public abstract class GlobalStep<T> : Step, IGlobalStep
    where T : Record
{
    /// <summary>Where findings about single records go: the last stage writes keys of <see cref="Address"/> there.</summary>
    protected static Channel Findings { get; } = new("findings", Spread.ByShard);

    internal override Type In => typeof(T);

    internal override Type Out => typeof(T);

    /// <summary>The channels that <see cref="Map"/> writes.</summary>
    public abstract IReadOnlyList<Channel> Maps { get; }

    /// <summary>The stages between map and apply, in order.</summary>
    public abstract IReadOnlyList<Stage> Stages { get; }

    /// <summary>Notes entries about one record.</summary>
    public abstract void Map(T record, Address at, IEntryWriter entries);

    /// <summary>Reads what the stages found about the corpus as a whole (a channel of <see cref="Spread.One"/>), before any record.</summary>
    public virtual void Prepare(IEnumerable<Entry> shared)
    {
    }

    /// <summary>Decides about one record. <paramref name="finding"/>: the payload found for its address, empty if there is none.</summary>
    public abstract Verdict<T> Apply(T record, Address at, ReadOnlySpan<byte> finding);

    void IGlobalStep.Map(Record record, Address at, IEntryWriter entries) => Map((T)record, at, entries);

    Verdict<Record> IGlobalStep.Apply(Record record, Address at, ReadOnlySpan<byte> finding)
    {
        var verdict = Apply((T)record, at, finding);
        return verdict.Record is { } kept ? kept : Verdict<Record>.Dropped(verdict.Reason!, verdict.Detail);
    }
}

/// <summary>A global step, whatever the kind of its records.</summary>
internal interface IGlobalStep
{
    /// <summary>The channels the map side writes.</summary>
    IReadOnlyList<Channel> Maps { get; }

    /// <summary>The stages in order.</summary>
    IReadOnlyList<Stage> Stages { get; }

    /// <summary>Notes entries about one record.</summary>
    void Map(Record record, Address at, IEntryWriter entries);

    /// <summary>Reads what was found about the corpus as a whole.</summary>
    void Prepare(IEnumerable<Entry> shared);

    /// <summary>Decides about one record.</summary>
    Verdict<Record> Apply(Record record, Address at, ReadOnlySpan<byte> finding);
}
