using System.Text.RegularExpressions;
using Ziya.Pipeline.Plans;
using Ziya.Pipeline.Runs;
using Ziya.Pipeline.Steps;

namespace Ziya.Benchmarks.Fleet;

/// <summary>What the phases of a run took and wrote that was done here, on few data.</summary>
internal sealed partial class MeasuredRun
{
    private readonly double _coreSeconds;
    private readonly Dictionary<string, (string Name, double Seconds)> _phases;
    private readonly List<(string Phase, string File, long Bytes)> _files;

    /// <summary>Reads a run folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="coreSeconds">Seconds of the processor that the whole run took: what tasks say is time on the wall, of which only the shares are taken.</param>
    public MeasuredRun(RunFolder folder, double coreSeconds)
    {
        var report = Report.Of(folder);
        var all = report.Phases.Sum(phase => phase.Seconds);
        _coreSeconds = coreSeconds;
        Bytes = report.Phases[0].Bytes;
        _phases = report.Phases.ToDictionary(phase => Key(phase.Name), phase => (phase.Name, phase.Seconds / all));
        _files = [.. folder.Store.List("phases/").Select(file => (file.Path.Split('/')[1], file.Path, file.Bytes))];
    }

    /// <summary>Bytes of records it read.</summary>
    public long Bytes { get; }

    /// <summary>Seconds of a core for a phase.</summary>
    public double Seconds(Phase phase) => _phases[Key(phase.Name)].Seconds * _coreSeconds;

    /// <summary>Bytes a phase wrote.</summary>
    public double Written(Phase phase) => _files.Where(file => file.Phase == Name(phase)).Sum(file => (double)file.Bytes);

    /// <summary>Bytes of a channel that a phase wrote.</summary>
    public double Spilled(Phase phase, Channel channel) => _files.Where(file => file.Phase == Name(phase) && file.File.EndsWith($".{channel.Name}.spill", StringComparison.Ordinal)).Sum(file => (double)file.Bytes);

    /// <summary>Bytes of records that a phase wrote, spills left out.</summary>
    public double Records(Phase phase) => _files.Where(file => file.Phase == Name(phase) && !file.File.EndsWith(".spill", StringComparison.Ordinal)).Sum(file => (double)file.Bytes);

    private string Name(Phase phase) => _phases[Key(phase.Name)].Name;

    // The number alone: names are the same in both plans.
    private static string Key(string phase) => Number().Match(phase).Value;

    [GeneratedRegex("^[0-9]+")]
    private static partial Regex Number();
}
