namespace Ziya.Synthesis.Knowledge;

/// <summary>A passage that was found.</summary>
/// <param name="Passage">Its number in the index.</param>
/// <param name="Score">Its BM25 score; null where words did not find it.</param>
/// <param name="Similarity">The cosine of its vector; null where vectors did not find it.</param>
internal readonly record struct Hit(int Passage, double? Score, double? Similarity)
{
    // The rank from which on a list counts little, as in the paper.
    private const double Far = 60;

    /// <summary>One list of two, by reciprocal rank fusion (Cormack, Clarke and Büttcher 2009, doi:10.1145/1571941.1572114): Σ 1 / (60 + rank), which needs no common scale. Of equal sums the first passage of the corpus.</summary>
    public static List<Hit> Fuse(IReadOnlyList<(int Passage, double Score)> words, IReadOnlyList<(int Passage, double Similarity)> vectors, int k)
    {
        var hits = new Dictionary<int, (Hit Hit, double Sum)>();
        for (var rank = 0; rank < words.Count; rank++)
        {
            hits[words[rank].Passage] = (new Hit(words[rank].Passage, words[rank].Score, null), 1 / (Far + rank + 1));
        }

        for (var rank = 0; rank < vectors.Count; rank++)
        {
            var (hit, sum) = hits.GetValueOrDefault(vectors[rank].Passage, (new Hit(vectors[rank].Passage, null, null), 0));
            hits[hit.Passage] = (hit with { Similarity = vectors[rank].Similarity }, sum + (1 / (Far + rank + 1)));
        }

        return [.. hits.Values.OrderByDescending(pair => pair.Sum).ThenBy(pair => pair.Hit.Passage).Take(k).Select(pair => pair.Hit)];
    }
}
