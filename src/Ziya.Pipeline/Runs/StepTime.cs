using Ziya.Pipeline.Execution;

namespace Ziya.Pipeline.Runs;

/// <summary>What a step took of the tasks' time.</summary>
/// <param name="Step">Its key in the job; <c>read</c> for finding, unpacking and parsing records, <c>write</c> for writing and packing them, in every pass.</param>
/// <param name="Seconds">Seconds on the clock of all tasks, added up.</param>
public sealed record StepTime(string Step, double Seconds)
{
    /// <summary>Those of all tasks, in the order of the steps.</summary>
    internal static List<StepTime> Of(IReadOnlyDictionary<string, double> spent, IEnumerable<string> steps) =>
        [.. steps.Prepend(StepClock.Read).Append(StepClock.Write).Where(spent.ContainsKey).Select(step => new StepTime(step, Math.Round(spent[step], 3)))];

    /// <summary>Adds those of a task.</summary>
    internal static void Add(Dictionary<string, double> spent, Marker marker)
    {
        foreach (var (step, seconds) in marker.Spent ?? [])
        {
            spent[step] = spent.GetValueOrDefault(step) + seconds;
        }
    }
}
