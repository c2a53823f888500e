using Ziya.Pipeline.Steps;

namespace Ziya.Pipeline.Runs;

/// <summary>What the rules of a step found about the records of one task or of several.</summary>
public sealed record RuleTally
{
    /// <summary>Whether the step tags rather than drops.</summary>
    public bool Tags { get; init; }

    /// <summary>Records that came to the step.</summary>
    public long Records { get; set; }

    /// <summary>Records that broke a rule.</summary>
    public long Hits { get; set; }

    /// <summary>By rule: how many records it was asked of, and how many of them broke it.</summary>
    public SortedDictionary<string, RuleCount> Rules { get; init; } = new(StringComparer.Ordinal);

    internal static RuleTally Of(Ruling ruling)
    {
        var tally = new RuleTally { Tags = ruling.Tags, Records = ruling.Records, Hits = ruling.Hits };
        foreach (var (rule, asked, fired) in ruling.Figures())
        {
            tally.Rules[rule] = new RuleCount(asked, fired);
        }

        return tally;
    }

    internal void Add(RuleTally other)
    {
        Records += other.Records;
        Hits += other.Hits;
        foreach (var (rule, count) in other.Rules)
        {
            var mine = Rules.GetValueOrDefault(rule) ?? new RuleCount(0, 0);
            Rules[rule] = new RuleCount(mine.Asked + count.Asked, mine.Fired + count.Fired);
        }
    }
}

/// <summary>How often a rule decided.</summary>
/// <param name="Asked">Records it was asked of: those that no rule before it dropped, and that it is meant for.</param>
/// <param name="Fired">Records that broke it.</param>
public sealed record RuleCount(long Asked, long Fired);
