using Ziya.Pipeline.Execution;

namespace Ziya.Pipeline.Runs;

/// <summary>What a step took of the tasks' time.</summary>
/// <param name="Step">Its key in the job; <c>read</c> for finding, unpacking and parsing records, <c>write</c> for writing and packing them, in every pass.</param>
/// <param name="Seconds">Seconds on the clock of all tasks, added up.</param>
public sealed record StepTime(string Step, double Seconds)
{
    /// <summary>Those of all tasks, in the order of the steps.</summary>
    internal static List<StepTime> Of(IEnumerable<Marker> markers, IEnumerable<string> steps)
    {
        var all = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var (step, seconds) in markers.SelectMany(marker => marker.Spent ?? []))
        {
            all[step] = all.GetValueOrDefault(step) + seconds;
        }

        return [.. steps.Prepend(StepClock.Read).Append(StepClock.Write).Where(all.ContainsKey).Select(step => new StepTime(step, Math.Round(all[step], 3)))];
    }
}
