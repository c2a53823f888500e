using System.Runtime.CompilerServices;

namespace Ziya.Corpus.Scoring.Lm;

/// <summary>
/// Scores the tokens of a line in turn. Which n-grams are looked up depends on the tokens alone, so those of tokens further on are hashed and fetched into the caches while one is scored; only how far
/// a search goes depends on the one before.
/// </summary>
internal readonly unsafe ref struct LmLine(LmTable table, float* unigrams, int order, ReadOnlySpan<int> line)
{
    // A token takes some 80 ns, memory that is in no cache some 100: as many again for the lookups that wait for each other.
    private const int Ahead = 8;
    private const int Most = LmState.Most;

    private readonly ReadOnlySpan<int> _line = line;

    /// <summary>log10 of the probability of the line and its end, with the number of unknown tokens, and what they have of the sum.</summary>
    [SkipLocalsInit]
    public double Score(out int unknown, out double ofUnknown)
    {
        var lookups = stackalloc Lookup[Ahead * Most];
        var backoffs = stackalloc float[2 * Most];
        var next = backoffs + Most;
        backoffs[0] = unigrams[(2 * LmVocabulary.Begin) + 1];
        var length = order > 1 ? 1 : 0;
        for (var i = 0; i < Ahead && i <= _line.Length; i++)
        {
            Fetch(i, lookups + (i * Most));
        }

        var sum = 0.0;
        (unknown, ofUnknown) = (0, 0);
        for (var i = 0; i <= _line.Length; i++)
        {
            var token = Token(i);
            var at = lookups + (i % Ahead * Most);
            var score = Score(token, at, backoffs, next, ref length);
            sum += score;
            if (token == LmVocabulary.Unknown)
            {
                unknown++;
                ofUnknown += score;
            }

            var swap = backoffs;
            backoffs = next;
            next = swap;
            if (i + Ahead <= _line.Length)
            {
                Fetch(i + Ahead, at);
            }
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private float Score(int token, Lookup* lookups, float* backoffs, float* next, ref int length)
    {
        var probability = unigrams[2 * token];
        var backoff = unigrams[(2 * token) + 1];
        next[0] = backoff;
        var contexts = order > 1 && LanguageModel.IsContext(backoff) ? 1 : 0;
        var matched = 0;
        while (matched < length && table.Find(lookups[matched].Hash, lookups[matched].Start) is var slot && slot != null)
        {
            probability = slot->Probability;
            if (++matched < Most)
            {
                next[matched] = slot->Backoff;
                contexts = LanguageModel.IsContext(slot->Backoff) ? matched + 1 : contexts;
            }
        }

        for (var i = matched; i < length; i++)
        {
            probability += backoffs[i];
        }

        length = contexts;
        return probability;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Fetch(int i, Lookup* lookups)
    {
        var hash = LmTable.Begin(Token(i));
        var contexts = Math.Min(order - 1, i + 1);
        for (var k = 0; k < contexts; k++)
        {
            var before = i - 1 - k;
            hash = LmTable.Extend(hash, before < 0 ? LmVocabulary.Begin : _line[before]);
            lookups[k].Hash = hash;
            lookups[k].Start = table.Prefetch(hash);
        }
    }

    private int Token(int i) => i < _line.Length ? _line[i] : LmVocabulary.End;

    private struct Lookup
    {
        public ulong Hash;
        public LmTable.Slot* Start;
    }
}
