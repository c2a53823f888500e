namespace Ziya.Pipeline.Steps;

/// <summary>How a channel's entries are spread over files that one task each reads.</summary>
public enum Spread
{
    /// <summary>By a partition the writer chooses; the number grows with the input.</summary>
    Partitions,

    /// <summary>By the shard of the address that starts the key. A map adds what is about its own shard, and what belongs to none to shard 0; a stage adds to any.</summary>
    ByShard,

    /// <summary>All in one.</summary>
    One,
}

/// <summary>A named stream of entries between map, stages and apply.</summary>
/// <param name="Name">Its name, unique in the step.</param>
/// <param name="Spread">How it is spread.</param>
public sealed record Channel(string Name, Spread Spread);

/// <summary>
/// One reduce: a task a partition reads the entries of <paramref name="reads"/> in key order, together where there are several
/// channels, and writes to <paramref name="writes"/>. Running it twice gives the same bytes.
/// </summary>
/// <param name="name">Its name, which ends the phase's name.</param>
/// <param name="reads">The channels read, all of one spread.</param>
/// <param name="writes">The channels written.</param>
public abstract class Stage(string name, IReadOnlyList<Channel> reads, IReadOnlyList<Channel> writes)
{
    /// <summary>Its name.</summary>
    public string Name { get; } = name;

    /// <summary>The channels read.</summary>
    public IReadOnlyList<Channel> Reads { get; } = reads;

    /// <summary>The channels written.</summary>
    public IReadOnlyList<Channel> Writes { get; } = writes;

    /// <summary>A local folder for files that do not outlive the stage.</summary>
    internal string Scratch { get; set; } = Path.Combine(Path.GetTempPath(), "ziya");

    /// <summary>What the report should warn of, after <see cref="Reduce(IEnumerable{Entry}, IEntryWriter)"/>: a sentence each.</summary>
    public virtual IEnumerable<string> Warnings => [];

    /// <summary>Reduces one partition. <paramref name="entries"/> can be gone through more than once.</summary>
    public abstract void Reduce(IEnumerable<Entry> entries, IEntryWriter output);

    /// <summary>As above, for a stage that takes long without taking entries: it stops when asked to.</summary>
    public virtual void Reduce(IEnumerable<Entry> entries, IEntryWriter output, CancellationToken cancel) => Reduce(entries, output);
}
