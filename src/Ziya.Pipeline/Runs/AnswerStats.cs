using Ziya.Pipeline.Records;

namespace Ziya.Pipeline.Runs;

/// <summary>The answers that one model gave as candidates, whatever became of them.</summary>
public sealed record AnswerStats
{
    /// <summary>How many.</summary>
    public long Count { get; set; }

    /// <summary>UTF-16 code units in all of them.</summary>
    public long Characters { get; set; }

    /// <summary>By score name, then by the bin of <see cref="Distributions.Bin"/>.</summary>
    public SortedDictionary<string, SortedDictionary<int, long>> Scores { get; init; } = new(StringComparer.Ordinal);

    internal void Add(Candidate candidate)
    {
        Count++;
        Characters += candidate.Output.Length;
        Distributions.AddScores(Scores, candidate.Scores);
    }

    internal void Add(AnswerStats other)
    {
        Count += other.Count;
        Characters += other.Characters;
        Distributions.AddScores(Scores, other.Scores);
    }
}
