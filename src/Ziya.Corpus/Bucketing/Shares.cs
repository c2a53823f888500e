using System.Globalization;

namespace Ziya.Corpus.Bucketing;

/// <summary>How much of each group a mix takes, by how much there is.</summary>
internal static class Shares
{
    /// <summary>Most that a record can weigh: sums stay exact in 64 bits.</summary>
    public const double MostAmount = 1L << 40;

    /// <summary>What the options say of each group.</summary>
    public static IReadOnlyDictionary<string, double> Of(MixOptions options) =>
        options.Weights.Count > 0 ? options.Weights : options.Budgets.Count > 0 ? options.Budgets : options.Epochs;

    /// <summary>The amount wanted of each group. In decimal, so that 0.3 of 10 is 3.</summary>
    /// <param name="options">The options.</param>
    /// <param name="there">The amount there is of each group named.</param>
    /// <param name="warnings">What cannot be met, a sentence each.</param>
    public static Dictionary<string, long> Wanted(MixOptions options, IReadOnlyDictionary<string, long> there, List<string> warnings)
    {
        var asked = Asked(options, there);
        var wanted = new Dictionary<string, long>();
        foreach (var (group, amount) in asked)
        {
            var most = options.Epochs.Count > 0 ? decimal.MaxValue : there[group] * (decimal)options.MostEpochs;
            wanted[group] = (long)Math.Min(amount, most);
            if (there[group] == 0 && Of(options)[group] > 0)
            {
                warnings.Add($"there is nothing of group '{group}' ('within: {options.Within}'), which the mix names.");
            }
            else if (amount > most)
            {
                warnings.Add(string.Create(CultureInfo.InvariantCulture,
                    $"group '{group}' should have {amount:0} {options.Unit} and gets {wanted[group]}: there are {there[group]}, repeated at most {options.MostEpochs:0.##} times (most_epochs)."));
            }
        }

        return wanted;
    }

    private static Dictionary<string, decimal> Asked(MixOptions options, IReadOnlyDictionary<string, long> there)
    {
        if (options.Budgets.Count > 0)
        {
            return options.Budgets.ToDictionary(budget => budget.Key, budget => Math.Floor((decimal)budget.Value));
        }

        if (options.Epochs.Count > 0)
        {
            return options.Epochs.ToDictionary(epochs => epochs.Key, epochs => Math.Floor((decimal)epochs.Value * there[epochs.Key]));
        }

        // Without a total, the group that is scarcest for its weight decides; one of which there is nothing does not.
        var present = options.Weights.Where(weight => weight.Value > 0 && there[weight.Key] > 0).ToList();
        var unit = options.Total is { } total
            ? (decimal)total / options.Weights.Values.Sum(weight => (decimal)weight)
            : present.Count == 0 ? 0 : present.Min(weight => there[weight.Key] * (decimal)options.MostEpochs / (decimal)weight.Value);

        // A unit that is a quotient is a little off; what is whole but for that is meant to be whole.
        return options.Weights.ToDictionary(weight => weight.Key, weight => Math.Floor(Math.Round((decimal)weight.Value * unit, 6)));
    }
}
