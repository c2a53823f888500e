using Ziya.Pipeline.Records;

namespace Ziya.Pipeline.Steps;

/// <summary>
/// What <see cref="GlobalStep{T}"/> and <see cref="AsyncGlobalStep{T, TView}"/> have in common: a map notes small entries about each record, <see cref="Stages"/> sort and
/// reduce them partition by partition, and <see cref="Apply"/> meets each record again with what was found about it. The text itself
/// never moves through the stages.
/// </summary>
/// <typeparam name="T">The record kind; the abstract <see cref="Record"/> for any.</typeparam>
public abstract class GlobalStepBase<T> : Step, IGlobalStep
    where T : Record
{
    private protected GlobalStepBase()
    {
    }

    /// <summary>Where findings about single records go: the last stage writes keys of <see cref="Address"/> there.</summary>
    protected static Channel Findings { get; } = new("findings", Spread.ByShard);

    internal override Type In => typeof(T);

    internal override Type Out => typeof(T);

    /// <summary>The channels that the map writes.</summary>
    public abstract IReadOnlyList<Channel> Maps { get; }

    /// <summary>The stages between map and apply, in order.</summary>
    public abstract IReadOnlyList<Stage> Stages { get; }

    /// <summary>Notes entries that come from elsewhere than the records, an index of an earlier run above all: a share of them, before the records of each shard.</summary>
    /// <param name="shard">The shard, from 0.</param>
    /// <param name="shards">How many there are.</param>
    /// <param name="entries">Takes them.</param>
    public virtual void Begin(int shard, int shards, IEntryWriter entries)
    {
    }

    /// <summary>Reads what the stages found about the corpus as a whole (a channel of <see cref="Spread.One"/>), before any record.</summary>
    public virtual void Prepare(IEnumerable<Entry> shared)
    {
    }

    /// <summary>Decides about one record. <paramref name="finding"/>: the payload found for its address, empty if there is none.</summary>
    public abstract Verdict<T> Apply(T record, Address at, ReadOnlySpan<byte> finding);

    /// <summary>The content of the file that <see cref="Step.Saves"/> names, of what the stages found about the corpus as a whole. Only asked where it names one.</summary>
    public virtual byte[] Save(IEnumerable<Entry> shared) => throw new NotSupportedException($"{GetType().Name} saves nothing.");

    Verdict<Record> IGlobalStep.Apply(Record record, Address at, ReadOnlySpan<byte> finding) => Apply((T)record, at, finding).OfAnyKind();

    bool IGlobalStep.Looks => HasLook;

    int IGlobalStep.Width => LookWidth;

    Task<object?> IGlobalStep.Look(Record record, CancellationToken cancel) => LookAt((T)record, cancel);

    void IGlobalStep.Map(Record record, object? view, Address at, IEntryWriter entries) => MapView((T)record, view, at, entries);

    private protected virtual bool HasLook => false;

    private protected virtual int LookWidth => 0;

    private protected virtual Task<object?> LookAt(T record, CancellationToken cancel) => Task.FromResult<object?>(null);

    private protected abstract void MapView(T record, object? view, Address at, IEntryWriter entries);
}

/// <summary>A global step, whatever the kind of its records.</summary>
internal interface IGlobalStep
{
    /// <summary>The channels the map side writes.</summary>
    IReadOnlyList<Channel> Maps { get; }

    /// <summary>The stages in order.</summary>
    IReadOnlyList<Stage> Stages { get; }

    /// <summary>Whether records are looked at before they are mapped.</summary>
    bool Looks { get; }

    /// <summary>Most records looked at at once.</summary>
    int Width { get; }

    /// <summary>What <see cref="Map"/> needs to see of a record and a model says.</summary>
    Task<object?> Look(Record record, CancellationToken cancel);

    /// <summary>Notes entries that come from elsewhere than the records.</summary>
    void Begin(int shard, int shards, IEntryWriter entries);

    /// <summary>Notes entries about one record, by the <paramref name="view"/> of it.</summary>
    void Map(Record record, object? view, Address at, IEntryWriter entries);

    /// <summary>Reads what was found about the corpus as a whole.</summary>
    void Prepare(IEnumerable<Entry> shared);

    /// <summary>The file to keep when the run is done; null where there is none.</summary>
    string? Saves { get; }

    /// <summary>Its content.</summary>
    byte[] Save(IEnumerable<Entry> shared);

    /// <summary>Decides about one record.</summary>
    Verdict<Record> Apply(Record record, Address at, ReadOnlySpan<byte> finding);
}
