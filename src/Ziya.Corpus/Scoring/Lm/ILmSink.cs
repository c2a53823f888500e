namespace Ziya.Corpus.Scoring.Lm;

/// <summary>Takes an estimated language model: numbers first, then its n-grams.</summary>
internal interface ILmSink
{
    /// <summary>What is to come.</summary>
    /// <param name="counts">N-grams by order, from 1 at index 0.</param>
    /// <param name="vocabulary">The tokens.</param>
    void Begin(IReadOnlyList<long> counts, LmVocabulary vocabulary);

    /// <summary>An n-gram; within an order they come in the order of keys, orders come mixed.</summary>
    /// <param name="ids">Its tokens, the first one first.</param>
    /// <param name="probability">log10 of the probability.</param>
    /// <param name="backoff">log10 of the weight of what is below, where a longer n-gram is not there.</param>
    /// <param name="extends">Whether there are longer ones that begin with it.</param>
    void Add(ReadOnlySpan<int> ids, float probability, float backoff, bool extends);

    /// <summary>All have come.</summary>
    void End();
}
