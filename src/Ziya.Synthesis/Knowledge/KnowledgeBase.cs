namespace Ziya.Synthesis.Knowledge;

/// <summary>The passages of a corpus, by their words and, where there is an embedding model, by their vectors.</summary>
/// <param name="Words">The passages, and their words.</param>
/// <param name="Vectors">Their vectors, or null.</param>
internal sealed record KnowledgeBase(Bm25Index Words, PassageVectors? Vectors)
{
    // A passage that one list has far down and the other near its top is still found.
    private const int Deeper = 10;

    /// <summary>The best passages for a query, best first.</summary>
    public List<Hit> Find(string query, short[]? vector, AddKnowledgeOptions options)
    {
        var depth = Vectors is null ? options.K : Deeper * options.K;
        var words = Words.Find(query, depth).Where(hit => hit.Score >= options.MinScore).ToList();
        return Hit.Fuse(words, Vectors?.Find(vector, depth, options.MinSimilarity) ?? [], options.K);
    }
}
