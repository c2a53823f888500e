using System.Reflection;
using Ziya.Pipeline.Records;

namespace Ziya.Pipeline.Steps;

/// <summary>
/// A step made of rules, each of which measures something of a record and has a limit. It drops what breaks one, or tags everything with what was measured; how often each
/// rule was asked and fired goes into the report.
/// </summary>
public abstract class RuleStep : Step<Record, Record>
{
    private readonly string _name;
    private readonly bool _tags;
    private readonly IReadOnlyList<string> _scores;

    /// <summary>Makes the step.</summary>
    /// <param name="tags">Whether it tags instead of dropping.</param>
    /// <param name="rules">The names of its rules, which are also its reasons, in the order they are asked.</param>
    protected RuleStep(bool tags, params IReadOnlyList<string> rules)
    {
        _tags = tags;
        _name = GetType().GetCustomAttribute<StepAttribute>()!.Name;
        _scores = [.. rules.Select(rule => $"{_name}_{rule}")];
        Ruling = new Ruling(rules, tags);
    }

    /// <summary>What the rules found about the records so far.</summary>
    internal Ruling Ruling { get; }

    /// <inheritdoc/>
    public sealed override IEnumerable<string> Writes => _tags ? [_name, .. _scores, .. AlsoWrites] : AlsoWrites;

    /// <summary>Names of other scores that the step writes, whatever the mode.</summary>
    protected virtual IEnumerable<string> AlsoWrites => [];

    /// <summary>Asks the rules, until <paramref name="ruling"/> says that one has decided; the record as it goes on where it is not dropped.</summary>
    protected abstract Record Judge(Record record, Ruling ruling);

    /// <inheritdoc/>
    public sealed override Verdict<Record> Apply(Record record)
    {
        ArgumentNullException.ThrowIfNull(record);
        Ruling.Begin();
        var after = Judge(record, Ruling);
        Ruling.End();
        if (!_tags)
        {
            return Ruling.First is { } drop ? drop : after;
        }

        return after with { Scores = after.Scores.With([new(_name, Ruling.First is null ? 0 : 1), .. Ruling.Values(_scores)]) };
    }
}
