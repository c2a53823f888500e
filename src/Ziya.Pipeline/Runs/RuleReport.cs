using System.Globalization;

namespace Ziya.Pipeline.Runs;

/// <summary>What the rules of one step found in a run.</summary>
/// <param name="Step">Its key in the job.</param>
/// <param name="Tags">Whether it tags rather than drops.</param>
/// <param name="Records">Records that came to it.</param>
/// <param name="Hits">Records that broke a rule.</param>
/// <param name="Rules">By rule: how many records it was asked of, and how many of them broke it.</param>
public sealed record RuleReport(string Step, bool Tags, long Records, long Hits, SortedDictionary<string, RuleCount> Rules)
{
    // A rule that fires on more is a limit that nothing passes, or a field that is never there.
    private const double Most = 0.95;

    // Of fewer records a rule says little by firing on all of them, and nothing by firing on none.
    private const long FewestForAll = 5;
    private const long FewestForNone = 1000;

    internal static RuleReport Of(string step, RuleTally tally) => new(step, tally.Tags, tally.Records, tally.Hits, tally.Rules);

    /// <summary>Whether a rule fired on nearly all that it was asked of.</summary>
    internal static bool FiresAlways(RuleCount rule) => rule.Asked >= FewestForAll && rule.Fired > rule.Asked * Most;

    /// <summary>Rules that never fired or nearly always, a sentence each.</summary>
    internal IEnumerable<string> Warnings()
    {
        if (Records > 0 && Hits == 0)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{Step} fired on none of {Records:N0} records. Is it meant for them, and are its limits?");
            yield break;
        }

        foreach (var (rule, count) in Rules.Where(rule => FiresAlways(rule.Value)))
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{Step}: the rule {rule} fired on {count.Fired:N0} of the {count.Asked:N0} records it was asked of. Is its limit meant for this corpus?");
        }

        // One that was never asked is turned off.
        var silent = Rules.Where(rule => rule.Value is { Asked: > 0, Fired: 0 }).Select(rule => rule.Key).ToList();
        if (Records >= FewestForNone && silent.Count > 0)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{Step}: of its rules, {string.Join(", ", silent)} fired on none of {Records:N0} records.");
        }
    }
}
