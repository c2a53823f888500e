using Ziya.Corpus.Deduplication;
using Ziya.Pipeline.Scoring;

namespace Ziya.Synthesis.Knowledge;

/// <summary>The vectors of all passages, 2 bytes an element, each of which a query is compared with: cosines have no index that misses nothing.</summary>
internal sealed class PassageVectors
{
    private readonly short[]?[] _vectors;

    private PassageVectors(short[]?[] vectors) => _vectors = vectors;

    /// <summary>Embeds passages, as many at once as keep the model busy.</summary>
    public static async Task<PassageVectors> Of(IEmbedder model, int count, Func<int, string> text)
    {
        var vectors = new short[]?[count];
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, model.Width) }, async (at, cancel) =>
            vectors[at] = await VectorOf(model, text(at), cancel).ConfigureAwait(false)).ConfigureAwait(false);
        return new PassageVectors(vectors);
    }

    private static async Task<short[]?> VectorOf(IEmbedder model, string text, CancellationToken cancel)
    {
        try
        {
            return UnitVector.Of((await model.Embed(text, cancel).ConfigureAwait(false)).Vector.Span);
        }
        catch (InvalidDataException)
        {
            // It concerns this passage alone, which its words can still find.
            return null;
        }
    }

    /// <summary>The nearest passages of at least a cosine, nearest first; of equal ones the first in the corpus.</summary>
    public IReadOnlyList<(int Passage, double Similarity)> Find(short[]? query, int k, double least)
    {
        if (query is null)
        {
            return [];
        }

        var near = new List<(int Passage, double Similarity)>();
        for (var at = 0; at < _vectors.Length; at++)
        {
            if (_vectors[at] is { } vector && UnitVector.Cosine(query, vector) is var similarity && similarity >= least)
            {
                near.Add((at, similarity));
            }
        }

        return [.. near.OrderByDescending(hit => hit.Similarity).ThenBy(hit => hit.Passage).Take(k)];
    }
}
