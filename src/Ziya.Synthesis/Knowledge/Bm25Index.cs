using System.Text;

namespace Ziya.Synthesis.Knowledge;

/// <summary>
/// An inverted index over passages with BM25 (Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework: BM25 and Beyond"): the sum over the query's terms, each once, of
/// ln(1 + (N - n + 0.5) / (n + 0.5)) · f (k1 + 1) / (f + k1 (1 - b + b · length / average length)), with n of N passages that have the term, f times in this one, lengths in terms. Read by any thread once built.
/// </summary>
/// <param name="k1">How soon more of the same stops to count.</param>
/// <param name="b">How much long passages are held back.</param>
/// <param name="stopShare">Terms in more than this share of the passages are not looked up, unless 10 or fewer have them.</param>
internal sealed class Bm25Index(double k1, double b, double stopShare)
{
    private const int Few = 10;

    private readonly Dictionary<string, Postings> _terms = new(StringComparer.Ordinal);
    private readonly List<byte[]> _texts = [];
    private readonly List<(string Id, string? Source)> _documents = [];
    private readonly List<int> _documentOf = [];
    private readonly List<int> _lengths = [];
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);
    private long _total;

    /// <summary>Passages.</summary>
    public int Count => _texts.Count;

    /// <summary>Bytes of their texts.</summary>
    public long Bytes { get; private set; }

    /// <summary>Adds a document's passages.</summary>
    public void Add(string id, string? source, IEnumerable<string> passages)
    {
        _documents.Add((id, source));
        foreach (var passage in passages)
        {
            _counts.Clear();
            var length = 0;
            foreach (var term in Terms.Of(passage))
            {
                _counts[term] = _counts.GetValueOrDefault(term) + 1;
                length++;
            }

            foreach (var (term, times) in _counts)
            {
                if (!_terms.TryGetValue(term, out var postings))
                {
                    _terms.Add(term, postings = new Postings());
                }

                postings.Add(Count, times);
            }

            _texts.Add(Encoding.UTF8.GetBytes(passage));
            _documentOf.Add(_documents.Count - 1);
            _lengths.Add(length);
            _total += length;
            Bytes += _texts[^1].Length;
        }
    }

    /// <summary>The passage of a number: its document, and its text.</summary>
    public (string Id, string? Source, string Text) this[int passage] => (_documents[_documentOf[passage]].Id, _documents[_documentOf[passage]].Source, Encoding.UTF8.GetString(_texts[passage]));

    /// <summary>The best passages for a query, best first; of equal ones the first in the corpus.</summary>
    public IReadOnlyList<(int Passage, double Score)> Find(string query, int k)
    {
        var scores = new Dictionary<int, double>();
        foreach (var term in Terms.Of(query).Distinct())
        {
            if (_terms.TryGetValue(term, out var postings) && (postings.Count <= Few || postings.Count <= stopShare * Count))
            {
                Add(scores, postings);
            }
        }

        return [.. scores.Select(pair => (pair.Key, pair.Value)).OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key).Take(k)];
    }

    private void Add(Dictionary<int, double> scores, Postings postings)
    {
        var weight = Math.Log(1 + ((Count - postings.Count + 0.5) / (postings.Count + 0.5)));
        var average = (double)_total / Count;
        var (at, passage) = (0, 0);
        while (postings.Next(ref at, ref passage, out var times))
        {
            var score = weight * times * (k1 + 1) / (times + (k1 * (1 - b + (b * _lengths[passage] / average))));
            scores[passage] = scores.GetValueOrDefault(passage) + score;
        }
    }
}
