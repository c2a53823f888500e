using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Tests;

/// <summary>
/// Runs a global step in memory as an engine does: a fresh step a task, entries partitioned and sorted by all bytes, each entry in
/// a buffer that the next one overwrites.
/// </summary>
internal static class GlobalStepRunner
{
    /// <summary>
    /// What became of each record, in the order given. <paramref name="look"/> stands for a model that the step would ask; <paramref name="created"/> and <paramref name="warnings"/> take what
    /// the step made and what its stages warned of.
    /// </summary>
    public static List<(Record Record, Drop? Drop)> Run(
        Func<IGlobalStep> make, IReadOnlyList<Record> records, int shards, int partitions, Func<Record, object?>? look = null, List<Record>? created = null, List<string>? warnings = null)
    {
        var store = new EntryStore(shards, partitions);
        var places = Places(records.Count, shards);
        for (var shard = 0; shard < shards; shard++)
        {
            var step = make();
            for (var i = 0; i < records.Count; i++)
            {
                if (places[i].Shard == shard)
                {
                    step.Map(records[i], look is null ? step.Look(records[i], default).GetAwaiter().GetResult() : look(records[i]), places[i], store.Open(step.Maps));
                }
            }
        }

        for (var i = 0; i < make().Stages.Count; i++)
        {
            for (var partition = 0; partition < store.Count(make().Stages[i].Reads[0].Spread); partition++)
            {
                var stage = make().Stages[i];
                stage.Reduce(store.Sorted(stage.Reads, partition), store.Open(stage.Writes));
                warnings?.AddRange(stage.Warnings);
            }
        }

        return Apply(make, records, places, store, created);
    }

    private static List<(Record Record, Drop? Drop)> Apply(
        Func<IGlobalStep> make, IReadOnlyList<Record> records, Address[] places, EntryStore store, List<Record>? created)
    {
        var left = make().Stages.SelectMany(stage => stage.Writes)
            .Where(channel => !make().Stages.Any(stage => stage.Reads.Contains(channel))).Distinct().ToList();
        var steps = new Dictionary<int, (IGlobalStep Step, Dictionary<Address, byte[]> Findings)>();
        var result = new List<(Record, Drop?)>();
        for (var i = 0; i < records.Count; i++)
        {
            if (!steps.TryGetValue(places[i].Shard, out var task))
            {
                task = (make(), []);
                task.Step.Prepare(store.Sorted([.. left.Where(channel => channel.Spread == Spread.One)], 0));
                foreach (var entry in store.Sorted([.. left.Where(channel => channel.Spread == Spread.ByShard)], places[i].Shard))
                {
                    task.Findings.TryAdd(Address.Read(entry.Span), entry.Span[Address.Size..].ToArray());
                }

                steps[places[i].Shard] = task;
            }

            var verdict = task.Step.Apply(records[i], places[i], task.Findings.GetValueOrDefault(places[i]));
            created?.AddRange(verdict.Created.Select(made => made.Record));
            result.Add(verdict.Record is { } kept ? (kept, null) : (records[i], new Drop(verdict.Reason!, verdict.Detail)));
        }

        return result;
    }

    private static Address[] Places(int count, int shards)
    {
        var places = new Address[count];
        var next = new int[shards];
        for (var i = 0; i < count; i++)
        {
            var shard = (int)((long)i * shards / count);
            places[i] = new Address(shard, next[shard]++);
        }

        return places;
    }

    private sealed class EntryStore(int shards, int partitions)
    {
        private readonly Dictionary<(string Channel, int Partition), List<byte[]>> _entries = [];

        public int Count(Spread spread) => spread switch { Spread.One => 1, Spread.ByShard => shards, _ => partitions };

        public IEntryWriter Open(IReadOnlyList<Channel> channels) => new Writer(this, channels, partitions);

        public IEnumerable<Entry> Sorted(IReadOnlyList<Channel> channels, int partition)
        {
            var all = channels.SelectMany(channel => _entries.GetValueOrDefault((channel.Name, partition)) ?? []).ToList();
            all.Sort((a, b) => a.AsSpan().SequenceCompareTo(b));
            return Handed(all);
        }

        private static IEnumerable<Entry> Handed(List<byte[]> all)
        {
            var buffer = new byte[all.Select(entry => entry.Length).DefaultIfEmpty().Max()];
            foreach (var entry in all)
            {
                entry.CopyTo(buffer, 0);
                yield return new Entry(buffer.AsMemory(0, entry.Length));
                Array.Fill(buffer, (byte)0xEE);
            }
        }

        private sealed class Writer(EntryStore store, IReadOnlyList<Channel> channels, int partitions) : IEntryWriter
        {
            public int Partitions => partitions;

            public void Add(Channel channel, int partition, ReadOnlySpan<byte> entry)
            {
                Assert.Contains(channel, channels);
                var at = channel.Spread == Spread.One ? 0 : partition;
                Assert.InRange(at, 0, store.Count(channel.Spread) - 1);
                if (!store._entries.TryGetValue((channel.Name, at), out var list))
                {
                    store._entries[(channel.Name, at)] = list = [];
                }

                list.Add(entry.ToArray());
            }
        }
    }
}
