using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Synthesis.Preference;

/// <summary>The candidates of an instruction in the order of a score, and the pairs they make. Steps 1 to 4 of <see cref="Prefer"/>.</summary>
internal sealed class Ranking
{
    private readonly PreferOptions _options;
    private readonly string _score;

    public Ranking(PreferOptions options)
    {
        _options = options;
        _score = options.By.StartsWith(InputScore, StringComparison.Ordinal) ? options.By[InputScore.Length..] : options.By;
    }

    // As everywhere in a job: a score that the input brought along, which no step before writes.
    private const string InputScore = "scores.";

    /// <summary>Candidates with a score and a text of their own, best first; where there are not two, why.</summary>
    public List<Ranked> Of(Instruction record, out Drop? fault)
    {
        // 1.
        var scored = record.Candidates
            .Where(candidate => !string.IsNullOrWhiteSpace(candidate.Output) && candidate.Scores.TryGet(_score, out var score) && double.IsFinite(score))
            .Select(candidate => new Ranked(candidate, candidate.Scores.TryGet(_score, out var score) ? score : 0))
            .ToList();

        // 2. A stable order: of equal scores the first candidate stands first.
        var ranked = scored.OrderByDescending(candidate => candidate.Score).DistinctBy(candidate => candidate.Text.Trim()).ToList();
        fault = ranked.Count > 1 ? null
            : record.Candidates.Count < 2 ? new Drop("one_candidate")
            : scored.Count < 2 ? new Drop("unscored", new JsonObject { ["score"] = _score, ["scored"] = scored.Count, ["candidates"] = record.Candidates.Count })
            : new Drop("same_text");
        return ranked;
    }

    /// <summary>The pairs of a record; where there is none, why.</summary>
    public List<(Ranked Chosen, Ranked Rejected)> PairsOf(Instruction record, ulong seed, out Drop? fault)
    {
        var ranked = Of(record, out fault);
        if (fault is not null)
        {
            return [];
        }

        // 3.
        var widest = ranked[0].Above(ranked[^1]);
        fault = widest <= 0 ? new Drop("tie") : widest < _options.Margin ? Drop.Beyond("small_margin", widest, _options.Margin) : null;
        return fault is not null ? [] : _options.Pairs switch
        {
            PairChoice.BestWorst => [(ranked[0], ranked[^1])],
            PairChoice.BestRandom => [(ranked[0], Draw(ranked.FindAll(other => AreApart(ranked[0], other)), record.Id, seed))],
            _ => All(ranked),
        };
    }

    private List<(Ranked Chosen, Ranked Rejected)> All(List<Ranked> ranked)
    {
        var pairs = from chosen in ranked
                    from rejected in ranked
                    where AreApart(chosen, rejected)
                    orderby chosen.Above(rejected) descending
                    select (chosen, rejected);
        return [.. pairs.Take(_options.MaxPairs ?? int.MaxValue)];
    }

    private bool AreApart(Ranked chosen, Ranked rejected) => chosen.Above(rejected) is > 0 and var difference && difference >= _options.Margin;

    /// <summary>4.</summary>
    private static Ranked Draw(List<Ranked> from, string id, ulong seed) =>
        from[(int)(XxHash3.HashToUInt64(MemoryMarshal.AsBytes(id.AsSpan()), (long)seed) % (ulong)from.Count)];
}

/// <summary>A candidate and its score.</summary>
/// <param name="Candidate">The candidate.</param>
/// <param name="Score">The score that decides.</param>
internal sealed record Ranked(Candidate Candidate, double Score)
{
    /// <summary>The answer.</summary>
    public string Text => Candidate.Output;

    /// <summary>How much higher its score is than another's. To nine digits, because 1.4 - 0.9 is a little less than 0.5.</summary>
    public double Above(Ranked other) => Math.Round(Score - other.Score, 9);
}
