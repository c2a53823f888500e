namespace Ziya.Corpus.Tests.Scoring.Lm;

/// <summary>Interpolated modified Kneser-Ney as the definition has it: every number is counted anew over all lines.</summary>
internal sealed class SlowKneserNey(IReadOnlyList<string[]> lines, int order, int[] prune, IReadOnlyList<float[]> discounts)
{
    private readonly List<string[]> _lines = [.. lines.Select(line => (string[])["<s>", .. line, "</s>"])];
    private readonly HashSet<string> _vocabulary = [.. lines.SelectMany(line => line), "<unk>", "</s>"];

    /// <summary>All n-grams of the model, as lists of tokens.</summary>
    public IEnumerable<string[]> Grams() =>
        from length in Enumerable.Range(1, order)
        from gram in _lines.SelectMany(line => Enumerable.Range(0, Math.Max(0, line.Length - length + 1)).Select(at => line[at..(at + length)])).DistinctBy(gram => string.Join(' ', gram))
        where !IsPruned(gram) && (length > 1 || gram[0] != "<s>")
        select gram;

    public double Probability(string[] gram)
    {
        if (gram.Length == 0)
        {
            return 1.0 / _vocabulary.Count;
        }

        var context = gram[..^1];
        var own = IsPruned(gram) ? 0 : Discounted(gram) / Followers(context).Sum(Count);
        return own + (Left(context) * Probability(gram[1..]));
    }

    /// <summary>What a context leaves to what is below; 1 of what is none.</summary>
    public double Left(string[] context)
    {
        var followers = Followers(context).ToList();
        return followers.Count == 0 ? 1 : followers.Sum(gram => IsPruned(gram) ? Count(gram) : Count(gram) - Discounted(gram)) / followers.Sum(Count);
    }

    private double Discounted(string[] gram) => Count(gram) - discounts[gram.Length - 1][(int)Math.Min(3, Count(gram))];

    private IEnumerable<string[]> Followers(string[] context) =>
        _vocabulary.Select(token => (string[])[.. context, token]).Where(gram => Occurrences(gram) > 0);

    private double Count(string[] gram) => gram.Length == order || gram[0] == "<s>"
        ? Occurrences(gram)
        : _vocabulary.Append("<s>").Count(token => Occurrences([token, .. gram]) > 0);

    private bool IsPruned(string[] gram) => gram.Length > 1 && prune.Length > 0 && Occurrences(gram) <= prune[Math.Min(gram.Length, prune.Length) - 1];

    private int Occurrences(string[] gram) => _lines.Sum(line => Enumerable.Range(0, Math.Max(0, line.Length - gram.Length + 1)).Count(at => line.AsSpan(at, gram.Length).SequenceEqual(gram)));
}
