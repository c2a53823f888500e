using Ziya.Pipeline.Plans;
using Ziya.Pipeline.Runs;
using Ziya.Pipeline.Shuffle;
using Ziya.Pipeline.Steps;
using Ziya.Pipeline.Storage;

namespace Ziya.Pipeline.Execution;

/// <summary>The spill files of one task, one a channel. Entries are held back until <see cref="Keep"/>, so that a record that makes a step throw leaves none.</summary>
internal sealed class SpillSet : IEntryWriter, IDisposable
{
    private const int LeastChunkBytes = 4 << 10;
    private const int MostChunkBytes = 256 << 10;

    private readonly Plan _plan;
    private readonly PlanTask _task;
    private readonly Dictionary<Channel, Target> _targets = [];
    private readonly List<(Target Target, int Partition, int Start)> _held = [];
    private readonly int _chunkBytes;
    private byte[] _bytes = new byte[4096];
    private int _used;

    /// <summary>Opens a file for each channel, so that a reader knows an empty one from one that is missing.</summary>
    public SpillSet(TaskOutputs outputs, Phase phase, PlanTask task, IReadOnlyList<Channel> channels, TaskContext context)
    {
        _plan = context.Plan;
        _task = task;
        _chunkBytes = Math.Clamp(context.SortBytes / Math.Max(1, channels.Sum(Count)), LeastChunkBytes, MostChunkBytes);
        foreach (var channel in channels)
        {
            var file = outputs.Open(PathOf(phase, task.Number, channel), Compression.None);
            _targets[channel] = new Target(new ChannelSource(phase, channel), file, new SpillWriter(file.Content, Count(channel), _chunkBytes));
        }
    }

    /// <inheritdoc/>
    public int Partitions => _plan.Partitions;

    /// <summary>Entries that were kept.</summary>
    public long Entries => _targets.Values.Sum(target => target.Writer.Entries);

    /// <summary>The spill file of a channel of a task.</summary>
    public static string PathOf(Phase phase, int task, Channel channel) => $"{phase.Folder}/{Marker.Part(task)}.{channel.Name}.spill";

    /// <inheritdoc/>
    public void Add(Channel channel, int partition, ReadOnlySpan<byte> entry)
    {
        if (!_targets.TryGetValue(channel, out var target))
        {
            throw new InvalidOperationException($"The step writes to channel '{channel.Name}', which it does not declare here.");
        }

        if (_bytes.Length - _used < entry.Length)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _used + entry.Length));
        }

        entry.CopyTo(_bytes.AsSpan(_used));
        _held.Add((target, channel.Spread switch { Spread.One => 0, Spread.ByShard => Group(target.Source, partition), _ => partition }, _used));
        _used += entry.Length;
    }

    /// <summary>Takes entries that are kept at once, where there is no record to fail.</summary>
    public IEntryWriter AtOnce() => new Direct(this);

    /// <summary>Writes the entries held.</summary>
    public void Keep()
    {
        for (var i = 0; i < _held.Count; i++)
        {
            var (target, partition, start) = _held[i];
            var end = i + 1 < _held.Count ? _held[i + 1].Start : _used;
            target.Writer.Add(partition, _bytes.AsSpan(start, end - start));
        }

        Forget();
    }

    /// <summary>Drops the entries held.</summary>
    public void Forget()
    {
        _held.Clear();
        _used = 0;
    }

    /// <summary>Ends the files.</summary>
    public void Finish()
    {
        foreach (var target in _targets.Values)
        {
            target.Writer.Finish();
            target.File.Rows = target.Writer.Entries;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var target in _targets.Values)
        {
            target.Writer.Dispose();
        }
    }

    private int Group(ChannelSource source, int shard)
    {
        var group = _plan.GroupOf(shard);
        return source.MayWrite(_plan, _task, group)
            ? group
            : throw new InvalidOperationException($"The step writes to channel '{source.Channel.Name}' about shard {shard}, of which this task has no records. A map writes about its own shard, or shard 0.");
    }

    private int Count(Channel channel) => channel.Spread switch
    {
        Spread.Partitions => _plan.Partitions,
        Spread.ByShard => _plan.ShardGroups,
        _ => 1,
    };

    private sealed class Direct(SpillSet spills) : IEntryWriter
    {
        public int Partitions => spills.Partitions;

        public void Add(Channel channel, int partition, ReadOnlySpan<byte> entry)
        {
            spills.Add(channel, partition, entry);
            spills.Keep();
        }
    }

    private sealed record Target(ChannelSource Source, RowFile File, SpillWriter Writer);
}
