using System.Text.Json.Nodes;
using Ziya.Pipeline.Records;

namespace Ziya.Corpus.Filtering.Contamination;

/// <summary>What a text shares with evaluation sets. For one thread.</summary>
internal sealed class Overlap(EvaluationIndex index)
{
    private const int MostItems = 5;
    private const int MostSpanCharacters = 300;

    private readonly UnitCutter _cutter = new();
    private readonly SortedDictionary<int, List<(int Start, int End)>> _spans = [];
    private readonly Dictionary<int, HashSet<ulong>> _found = [];
    private bool[] _covered = [];

    /// <summary>Share of the text's units that stand in n-grams of the sets.</summary>
    public double OfText { get; private set; }

    /// <summary>Greatest share of an item's n-grams that stand in the text.</summary>
    public double OfItem { get; private set; }

    /// <summary>Looks at a text.</summary>
    public void Measure(string text)
    {
        _cutter.Cut(text);
        _spans.Clear();
        _found.Clear();
        foreach (var length in index.Lengths)
        {
            for (var start = 0; start + length <= _cutter.Count; start++)
            {
                var gram = _cutter.Gram(start, length);
                var item = index.Find(gram);
                if (item >= 0)
                {
                    Note(item, gram, start, start + length);
                }
            }
        }

        OfItem = _found.Count == 0 ? 0 : _found.Max(pair => Share(pair.Key));
        OfText = _spans.Count == 0 ? 0 : Covered() / (double)_cutter.Count;
    }

    /// <summary>The items of which most was found, and what of them stands in the text.</summary>
    public JsonArray Matches() =>
    [
        .. _spans.OrderByDescending(pair => Share(pair.Key)).ThenBy(pair => pair.Key).Take(MostItems).Select(pair => new JsonObject
        {
            ["file"] = index.Items[pair.Key].File,
            ["item"] = index.Items[pair.Key].Name,
            ["line"] = index.Items[pair.Key].Line,
            ["share_of_item"] = Math.Round(Share(pair.Key), 4),
            ["spans"] = new JsonArray([.. Joined(pair.Value).Take(MostItems).Select(span => JsonValue.Create(Excerpt.Marked(_cutter.Span(span.Start, span.End), MostSpanCharacters)))]),
        }),
    ];

    private void Note(int item, ulong gram, int start, int end)
    {
        if (!_spans.TryGetValue(item, out var spans))
        {
            _spans[item] = spans = [];
            _found[item] = [];
        }

        spans.Add((start, end));
        _found[item].Add(gram);
    }

    private double Share(int item) => _found[item].Count / (double)index.Items[item].Grams;

    private int Covered()
    {
        if (_covered.Length < _cutter.Count)
        {
            _covered = new bool[2 * _cutter.Count];
        }

        Array.Clear(_covered, 0, _cutter.Count);
        foreach (var (start, end) in _spans.Values.SelectMany(spans => spans))
        {
            _covered.AsSpan(start, end - start).Fill(true);
        }

        return _covered.AsSpan(0, _cutter.Count).Count(true);
    }

    private static List<(int Start, int End)> Joined(List<(int Start, int End)> spans)
    {
        var joined = new List<(int Start, int End)>();
        foreach (var span in spans.Order())
        {
            if (joined.Count > 0 && span.Start <= joined[^1].End)
            {
                joined[^1] = (joined[^1].Start, Math.Max(joined[^1].End, span.End));
            }
            else
            {
                joined.Add(span);
            }
        }

        return joined;
    }
}
