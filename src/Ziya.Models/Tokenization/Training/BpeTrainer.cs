namespace Ziya.Models.Tokenization.Training;

/// <summary>
/// Counts byte-pair merges on words (Sennrich et al. 2016, arXiv:1508.07909): the pair that occurs most often becomes a symbol, then
/// again. Of pairs that occur equally often the greater is taken, by the left text and then the right, so that equal texts give equal merges.
/// </summary>
internal sealed class BpeTrainer
{
    private const int LeastCount = 2;

    private readonly List<byte[]> _texts = [];
    private readonly List<int> _lengths = [];
    private readonly Dictionary<string, int> _symbols = new(StringComparer.Ordinal);
    private readonly List<(int[] Symbols, long Count)> _words = [];
    private readonly Dictionary<(int Left, int Right), long> _counts = [];
    private readonly Dictionary<(int Left, int Right), HashSet<int>> _places = [];
    private readonly PriorityQueue<(int Left, int Right), (long Count, int Left, int Right)> _queue;

    public BpeTrainer() => _queue = new(Comparer<(long Count, int Left, int Right)>.Create(Compare));

    /// <summary>The symbol of a text of one byte or character; made if it is new.</summary>
    public int Symbol(ReadOnlySpan<byte> text) => Symbol(text, 1);

    /// <summary>The text of a symbol.</summary>
    public ReadOnlySpan<byte> Text(int symbol) => _texts[symbol];

    /// <summary>Adds a word and how often it occurs.</summary>
    public void Add(int[] symbols, long count)
    {
        _words.Add((symbols, count));
        Note(_words.Count - 1, 1);
    }

    /// <summary>Merges until so many symbols are made, or no pair occurs twice. Two merges can make the same symbol.</summary>
    /// <param name="symbols">How many to make.</param>
    /// <param name="longest">Most bytes or characters of one.</param>
    public IEnumerable<(int Left, int Right, int Made)> Train(int symbols, int longest)
    {
        foreach (var pair in _counts.Keys)
        {
            Offer(pair);
        }

        for (var wanted = _texts.Count + symbols; _texts.Count < wanted && _queue.TryDequeue(out var pair, out var offered);)
        {
            // Offers that no longer stand are passed over; what changed was offered again.
            if (_counts.GetValueOrDefault(pair) != offered.Count || offered.Count < LeastCount || _lengths[pair.Left] + _lengths[pair.Right] > longest)
            {
                continue;
            }

            var made = Symbol([.. _texts[pair.Left], .. _texts[pair.Right]], _lengths[pair.Left] + _lengths[pair.Right]);
            Merge(pair, made);
            yield return (pair.Left, pair.Right, made);
        }
    }

    private int Symbol(ReadOnlySpan<byte> text, int length)
    {
        var name = Convert.ToHexString(text);
        if (!_symbols.TryGetValue(name, out var symbol))
        {
            symbol = _texts.Count;
            _symbols.Add(name, symbol);
            _texts.Add(text.ToArray());
            _lengths.Add(length);
        }

        return symbol;
    }

    private void Merge((int Left, int Right) pair, int made)
    {
        var changed = new HashSet<(int, int)>();
        foreach (var word in _places[pair].ToList())
        {
            var (old, count) = _words[word];
            Note(word, -1);
            Collect(old, changed);
            var symbols = new List<int>(old.Length);
            for (var at = 0; at < old.Length; at++)
            {
                var merges = at + 1 < old.Length && (old[at], old[at + 1]) == pair;
                symbols.Add(merges ? made : old[at]);
                at += merges ? 1 : 0;
            }

            _words[word] = ([.. symbols], count);
            Note(word, 1);
            Collect(_words[word].Symbols, changed);
        }

        foreach (var other in changed)
        {
            Offer(other);
        }
    }

    /// <summary>Counts the pairs of a word in or out.</summary>
    private void Note(int word, int sign)
    {
        var (symbols, count) = _words[word];
        for (var at = 0; at + 1 < symbols.Length; at++)
        {
            var pair = (symbols[at], symbols[at + 1]);
            _counts[pair] = _counts.GetValueOrDefault(pair) + sign * count;
            if (!_places.TryGetValue(pair, out var places))
            {
                _places.Add(pair, places = []);
            }

            if (sign > 0)
            {
                places.Add(word);
            }
            else
            {
                places.Remove(word);
            }
        }
    }

    private static void Collect(int[] symbols, HashSet<(int, int)> pairs)
    {
        for (var at = 0; at + 1 < symbols.Length; at++)
        {
            pairs.Add((symbols[at], symbols[at + 1]));
        }
    }

    private void Offer((int Left, int Right) pair)
    {
        if (_counts[pair] >= LeastCount)
        {
            _queue.Enqueue(pair, (_counts[pair], pair.Left, pair.Right));
        }
    }

    private int Compare((long Count, int Left, int Right) a, (long Count, int Left, int Right) b)
    {
        var order = b.Count.CompareTo(a.Count);
        order = order != 0 ? order : _texts[b.Left].AsSpan().SequenceCompareTo(_texts[a.Left]);
        return order != 0 ? order : _texts[b.Right].AsSpan().SequenceCompareTo(_texts[a.Right]);
    }
}
