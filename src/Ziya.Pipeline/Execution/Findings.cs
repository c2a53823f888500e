using Ziya.Pipeline.Plans;
using Ziya.Pipeline.Shuffle;
using Ziya.Pipeline.Steps;

namespace Ziya.Pipeline.Execution;

/// <summary>What a global step found about the records of one shard, met in the order of their ordinals.</summary>
internal sealed class Findings : IDisposable
{
    private readonly ExternalSorter? _sorter;
    private readonly IEnumerator<Entry>? _entries;
    private bool _any;

    public Findings(PassWork work, int shard, TaskContext context, CancellationToken cancel)
    {
        if (work.Apply is null)
        {
            return;
        }

        _sorter = new ExternalSorter(context.Scratch, context.SortBytes);
        var sources = work.FindingsFrom.Where(source => source.Channel.Spread == Spread.ByShard);
        ReduceTask.Fill(_sorter, sources, context.Plan.GroupOf(shard), context, cancel);
        _entries = _sorter.GetEnumerator();
        _any = _entries.MoveNext();

        // A group may hold shards before this one.
        while (_any && At.Shard < shard)
        {
            _any = _entries.MoveNext();
        }

        Shard = shard;
    }

    private int Shard { get; }

    private Address At => Address.Read(_entries!.Current.Span);

    /// <summary>The payload about a record, empty if there is none. Asked for in the order of ordinals.</summary>
    public ReadOnlySpan<byte> For(int ordinal)
    {
        while (_any && At.Shard == Shard && At.Ordinal < ordinal)
        {
            _any = _entries!.MoveNext();
        }

        return _any && At == new Address(Shard, ordinal) ? _entries!.Current.Span[Address.Size..] : default;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _entries?.Dispose();
        _sorter?.Dispose();
    }
}
