namespace Ziya.Pipeline.Steps;

/// <summary>
/// Bytes about a record: a key they are sorted by, then a payload. Sorting is by all bytes, key first, so equal inputs give equal
/// orders whatever the number of workers.
/// </summary>
/// <param name="Bytes">Key and payload. Valid until the next entry is taken.</param>
public readonly record struct Entry(ReadOnlyMemory<byte> Bytes)
{
    /// <summary>Key and payload. Valid until the next entry is taken.</summary>
    public ReadOnlySpan<byte> Span => Bytes.Span;
}

/// <summary>Takes the entries of a map or a stage.</summary>
public interface IEntryWriter
{
    /// <summary>How many partitions a channel of <see cref="Spread.Partitions"/> has.</summary>
    int Partitions { get; }

    /// <summary>Adds an entry to a partition of a channel. Ignored partition for <see cref="Spread.One"/>; the shard for <see cref="Spread.ByShard"/>.</summary>
    void Add(Channel channel, int partition, ReadOnlySpan<byte> entry);
}
