using Ziya.Corpus.Deduplication;

namespace Ziya.Corpus.Filtering.Contamination;

/// <summary>
/// Cuts a text into the units that n-grams are made of, and remembers where they stand: words in lower case, single characters of scripts without spaces; punctuation, white space and width do
/// not count. For one thread.
/// </summary>
internal sealed class UnitCutter
{
    private const ulong WordBase = 0x9FB21C651E98DF25;
    private const ulong GramBase = 0xD6E8FEB86659FD93;

    private readonly TextFold _fold = new(true, true);
    private readonly List<ulong> _powers = [1];
    private (int Start, int End)[] _places = new (int, int)[256];
    private ulong[] _sums = new ulong[257];
    private string _text = "";

    /// <summary>Units of the text.</summary>
    public int Count { get; private set; }

    /// <summary>How many of them are single characters.</summary>
    public int Singles { get; private set; }

    /// <summary>Cuts the next text.</summary>
    public void Cut(string text)
    {
        var folded = _fold.Fold(text);
        (Count, Singles) = (0, 0);
        for (var i = 0; i < folded.Length;)
        {
            var (start, kind, hash) = (i, TextUnits.Kind[folded[i]], (ulong)folded[i]);
            i++;
            for (; kind == UnitKind.Word && i < folded.Length && TextUnits.Kind[folded[i]] == UnitKind.Word; i++)
            {
                hash = (hash * WordBase) + folded[i];
            }

            if (kind != UnitKind.None)
            {
                Singles += kind == UnitKind.Single ? 1 : 0;
                Add(hash, start, i);
            }
        }

        // Nearly always folding moves nothing, and what is shown is the text as it is.
        _text = folded.Length == text.Length ? text : folded.ToString();
    }

    /// <summary>The hash of some units in a row; of other numbers of units it is another one.</summary>
    public ulong Gram(int start, int length)
    {
        while (_powers.Count <= length)
        {
            _powers.Add(_powers[^1] * GramBase);
        }

        var hash = _sums[start + length] - (_sums[start] * _powers[length]) + ((ulong)length * WordBase);
        hash = (hash ^ (hash >> 32)) * WordBase;
        return hash ^ (hash >> 29);
    }

    /// <summary>The text from one unit to before another.</summary>
    public string Span(int start, int end) => _text[_places[start].Start.._places[end - 1].End];

    private void Add(ulong unit, int start, int end)
    {
        if (Count == _places.Length)
        {
            Array.Resize(ref _places, 2 * Count);
            Array.Resize(ref _sums, (2 * Count) + 1);
        }

        unit = (unit ^ (unit >> 31)) * WordBase;
        _places[Count] = (start, end);
        _sums[Count + 1] = (_sums[Count] * GramBase) + (unit ^ (unit >> 29));
        Count++;
    }
}
