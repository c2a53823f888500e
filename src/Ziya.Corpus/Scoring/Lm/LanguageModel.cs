using System.IO.Hashing;
using System.Runtime.CompilerServices;

namespace Ziya.Corpus.Scoring.Lm;

/// <summary>An n-gram language model in a file that is mapped into memory. Safe for use by many threads at once.</summary>
internal sealed unsafe class LanguageModel : IDisposable
{
    private readonly LmMapping _map;
    private readonly LmTable _table;
    private readonly float* _unigrams;

    private LanguageModel(LmHeader header, LmMapping map)
    {
        (Header, _map) = (header, map);
        _table = new LmTable(map.Start + header.TableStart, header.Slots);
        _unigrams = (float*)(map.Start + LmHeader.Bytes);
        Vocabulary = ReadNames(map.Start + header.NamesStart);
    }

    /// <summary>What it says of itself.</summary>
    public LmHeader Header { get; }

    /// <summary>Its tokens.</summary>
    public LmVocabulary Vocabulary { get; }

    /// <summary>At the beginning of a line.</summary>
    public LmState Start
    {
        get
        {
            var state = default(LmState);
            if (Header.Order > 1)
            {
                state.Length = 1;
                state.Tokens[0] = LmVocabulary.Begin;
                state.Backoffs[0] = _unigrams[(2 * LmVocabulary.Begin) + 1];
            }

            return state;
        }
    }

    /// <summary>Opens a file, whose checksum is compared.</summary>
    /// <exception cref="InvalidDataException">It is no language model, of another version, or damaged.</exception>
    public static LanguageModel Open(string path)
    {
        var header = LmHeader.Read(path);
        var map = new LmMapping(path);
        try
        {
            var hash = new XxHash3();
            for (long at = LmHeader.Bytes; at < header.Length; at += 1 << 24)
            {
                hash.Append(new ReadOnlySpan<byte>(map.Start + at, (int)Math.Min(1 << 24, header.Length - at)));
            }

            return hash.GetCurrentHashAsUInt64() == header.Hash ? new LanguageModel(header, map) : throw LmHeader.Damaged(path);
        }
        catch
        {
            map.Dispose();
            throw;
        }
    }

    /// <summary>log10 of the probability of a token behind those before it; the state goes on behind it.</summary>
    [SkipLocalsInit]
    public float Score(ref LmState state, int token)
    {
        // All lookups are known before the first: their cache misses overlap.
        var hashes = stackalloc ulong[LmState.Most];
        var hash = LmTable.Begin(token);
        var length = state.Length;
        for (var i = 0; i < length; i++)
        {
            hash = LmTable.Extend(hash, state.Tokens[i]);
            hashes[i] = hash;
            _table.Prefetch(hash);
        }

        var probability = _unigrams[2 * token];
        var backoff = _unigrams[(2 * token) + 1];
        LmState next;
        Unsafe.SkipInit(out next);
        next.Backoffs[0] = backoff;
        next.Length = Header.Order > 1 && IsContext(backoff) ? 1 : 0;
        var matched = 0;
        while (matched < length && _table.Find(hashes[matched]) is var slot && slot != null)
        {
            probability = slot->Probability;
            if (++matched < LmState.Most)
            {
                next.Backoffs[matched] = slot->Backoff;
                next.Length = IsContext(slot->Backoff) ? matched + 1 : next.Length;
            }
        }

        for (var i = matched; i < length; i++)
        {
            probability += state.Backoffs[i];
        }

        next.Tokens[0] = token;
        for (var i = 1; i < next.Length; i++)
        {
            next.Tokens[i] = state.Tokens[i - 1];
        }

        state = next;
        return probability;
    }

    /// <summary>log10 of the probability of a line with its end.</summary>
    public double Score(ReadOnlySpan<int> line) => Score(line, out _, out _);

    /// <summary>As above, with the number of tokens that are unknown, and what they have of the sum.</summary>
    public double Score(ReadOnlySpan<int> line, out int unknown, out double ofUnknown) =>
        new LmLine(_table, _unigrams, Header.Order, line).Score(out unknown, out ofUnknown);

    public void Dispose() => _map.Dispose();

    internal static bool IsContext(float backoff) => BitConverter.SingleToUInt32Bits(backoff) != 0x80000000;

    private LmVocabulary ReadNames(byte* at)
    {
        var vocabulary = new LmVocabulary();
        for (var id = 0; id < Header.Tokens; id++)
        {
            var name = new ReadOnlySpan<byte>(at + sizeof(int), *(int*)at);
            if (id > LmVocabulary.End)
            {
                vocabulary.Add(name);
            }

            at += sizeof(int) + name.Length;
        }

        return vocabulary;
    }
}

/// <summary>The tokens before the next one that matter, the nearest first, and the weights of them as contexts.</summary>
internal unsafe struct LmState
{
    public const int Most = LmTrainOptions.MostOrder - 1;

    public fixed int Tokens[Most];
    public fixed float Backoffs[Most];
    public int Length;
}
