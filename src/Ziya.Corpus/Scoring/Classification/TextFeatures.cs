using Ziya.Corpus.Deduplication;

namespace Ziya.Corpus.Scoring.Classification;

/// <summary>
/// What a classifier sees of a text: n-grams of its units as numbers of rows in a table. Units are words in lower case, single characters of scripts without spaces, and single
/// signs; width and case are folded. An n-gram that ends with a character of such a script may be longer than one that ends with a word. For one thread.
/// </summary>
/// <param name="bits">Bits of a row's number.</param>
/// <param name="words">Units of the longest n-grams that end with a word or a sign.</param>
/// <param name="characters">Units of the longest n-grams that end with a character.</param>
internal sealed class TextFeatures(int bits, int words, int characters)
{
    public const int MostGram = 6;

    private const ulong Mix = 0x9E3779B97F4A7C15;

    private readonly TextFold _fold = new(true, true);
    private readonly ulong[] _last = new ulong[MostGram];
    private int[] _rows = new int[1024];
    private int _used;

    /// <summary>The rows, one an n-gram, in the order of the text. Valid until the next text.</summary>
    public ReadOnlySpan<int> Of(string text)
    {
        var folded = _fold.Fold(text);
        Array.Clear(_last);
        _used = 0;
        for (var i = 0; i < folded.Length;)
        {
            var kind = TextUnits.Kind[folded[i]];
            ulong hash = 0;
            if (kind == UnitKind.Word)
            {
                for (; i < folded.Length && TextUnits.Kind[folded[i]] == UnitKind.Word; i++)
                {
                    hash = (hash ^ folded[i]) * Mix;
                }
            }
            else
            {
                hash = char.IsWhiteSpace(folded[i]) ? 0 : folded[i] * Mix;
                i++;
            }

            if (hash != 0)
            {
                Add(hash ^ (hash >> 29), kind == UnitKind.Single ? characters : words);
            }
        }

        return _rows.AsSpan(0, _used);
    }

    private void Add(ulong unit, int longest)
    {
        for (var i = MostGram - 1; i > 0; i--)
        {
            _last[i] = _last[i - 1];
        }

        _last[0] = unit;
        if (_rows.Length - _used < MostGram)
        {
            Array.Resize(ref _rows, 2 * _rows.Length);
        }

        ulong gram = 0;
        for (var n = 0; n < longest && _last[n] != 0; n++)
        {
            gram = ((gram << 7) | (gram >> 57)) ^ _last[n];
            gram *= Mix;
            _rows[_used++] = (int)(gram >> (64 - bits));
        }
    }
}
