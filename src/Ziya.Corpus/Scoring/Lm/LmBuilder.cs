using System.IO.Hashing;

namespace Ziya.Corpus.Scoring.Lm;

/// <summary>Writes a language model's file. It appears when it is whole.</summary>
internal sealed unsafe class LmBuilder(string path, LmTokens tokens) : ILmSink, IDisposable
{
    // So many slots are fetched into the caches at once before they are written.
    private const int Ahead = 32;
    private const string Aside = ".partial";

    private readonly (ulong Hash, float Probability, float Backoff)[] _ahead = new (ulong, float, float)[Ahead];
    private LmHeader? _header;
    private LmMapping? _map;
    private LmTable _table;
    private float* _unigrams;
    private long _entries;
    private int _waiting;

    public void Begin(IReadOnlyList<long> counts, LmVocabulary vocabulary)
    {
        var nameBytes = 0L;
        for (var id = 0; id < vocabulary.Count; id++)
        {
            nameBytes += sizeof(int) + vocabulary[id].Length;
        }

        _header = new LmHeader
        {
            Order = counts.Count,
            Tokens = vocabulary.Count,
            Slots = LmTable.SlotsFor(counts.Skip(1).Sum()),
            NameBytes = nameBytes,
            Counts = [.. counts],
            Cut = tokens.Name,
            Fingerprint = tokens.Fingerprint,
        };
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        _map = new LmMapping(path + Aside, _header.Length);
        _unigrams = (float*)(_map.Start + LmHeader.Bytes);
        _table = new LmTable(_map.Start + _header.TableStart, _header.Slots);
        var at = _map.Start + _header.NamesStart;
        for (var id = 0; id < vocabulary.Count; id++)
        {
            var name = vocabulary[id];
            *(int*)at = name.Length;
            name.CopyTo(new Span<byte>(at + sizeof(int), name.Length));
            at += sizeof(int) + name.Length;
        }
    }

    public void Add(ReadOnlySpan<int> ids, float probability, float backoff, bool extends)
    {
        // -0 and 0 are the same weight; the sign says whether it is looked for at all.
        backoff = !extends ? (backoff == 0 ? LmTable.Leaf : backoff) : backoff == 0 ? 0f : backoff;
        if (ids.Length == 1)
        {
            _unigrams[2 * ids[0]] = probability;
            _unigrams[(2 * ids[0]) + 1] = backoff;
            return;
        }

        var hash = Hash(ids);
        _table.Prefetch(hash);
        _ahead[_waiting++] = (hash, probability, backoff);
        if (_waiting == Ahead)
        {
            Write();
        }
    }

    public void End()
    {
        Write();
        var hash = new XxHash3();
        for (long at = LmHeader.Bytes; at < _header!.Length; at += 1 << 24)
        {
            hash.Append(new ReadOnlySpan<byte>(_map!.Start + at, (int)Math.Min(1 << 24, _header.Length - at)));
        }

        (_header with { Hash = hash.GetCurrentHashAsUInt64() }).ToBytes().CopyTo(new Span<byte>(_map!.Start, LmHeader.Bytes));
        _map.Flush();
        _map.Dispose();
        _map = null;
        File.Move(path + Aside, path, true);
    }

    public void Dispose()
    {
        if (_map is not null)
        {
            _map.Dispose();
            File.Delete(path + Aside);
        }
    }

    /// <summary>Writes what waits.</summary>
    internal void Write()
    {
        for (var i = 0; i < _waiting; i++)
        {
            Put(_ahead[i].Hash, _ahead[i].Probability, _ahead[i].Backoff);
        }

        _waiting = 0;
    }

    /// <summary>Says that an n-gram begins longer ones; whether it is there.</summary>
    internal bool MarkContext(ReadOnlySpan<int> ids)
    {
        var backoff = ids.Length == 1 ? _unigrams + (2 * ids[0]) + 1 : _table.Find(Hash(ids)) is var slot && slot != null ? &slot->Backoff : null;
        if (backoff != null && *backoff == 0)
        {
            *backoff = 0f;
        }

        return backoff != null;
    }

    /// <summary>The probability of an n-gram, which gets one from what is below where it is not there: some tools leave out n-grams that end longer ones.</summary>
    internal float Fill(ReadOnlySpan<int> ids)
    {
        if (ids.Length == 1)
        {
            return _unigrams[2 * ids[0]];
        }

        var hash = Hash(ids);
        var found = _table.Find(hash);
        if (found != null)
        {
            return found->Probability;
        }

        var probability = Fill(ids[1..]) + Backoff(ids[..^1]);
        Put(hash, probability, LmTable.Leaf);
        return probability;
    }

    private float Backoff(ReadOnlySpan<int> ids)
    {
        var slot = ids.Length == 1 ? null : _table.Find(Hash(ids));
        return ids.Length == 1 ? _unigrams[(2 * ids[0]) + 1] : slot == null ? 0 : slot->Backoff;
    }

    private void Put(ulong hash, float probability, float backoff)
    {
        if (++_entries >= _header!.Slots)
        {
            throw new InvalidDataException("the model has more n-grams than it says.");
        }

        var slot = _table.FindOrMake(hash);
        (slot->Probability, slot->Backoff) = (probability, backoff);
    }

    private static ulong Hash(ReadOnlySpan<int> ids)
    {
        var hash = LmTable.Begin(ids[^1]);
        for (var i = ids.Length - 2; i >= 0; i--)
        {
            hash = LmTable.Extend(hash, ids[i]);
        }

        return hash;
    }
}
