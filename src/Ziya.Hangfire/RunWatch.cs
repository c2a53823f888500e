using Ziya.Pipeline.Plans;
using Ziya.Pipeline.Runs;

namespace Ziya.Hangfire;

/// <summary>Tells the progress of a run by its markers, whoever executes its tasks.</summary>
internal sealed class RunWatch(Run run)
{
    private int _phase;
    private HashSet<int> _seen = [];
    private bool _looked;

    /// <summary>Looks at the phase that goes on, and at the next ones where that is done.</summary>
    public void Look()
    {
        for (; _phase < run.Plan.Phases.Count; _phase++)
        {
            var phase = run.Plan.Phases[_phase];
            var marked = run.Marked(phase);
            if (run.Progress.Phase.Name != phase.Name)
            {
                // What the first look finds was done by an earlier run; what a later one finds of a new phase, since then.
                _seen = _looked ? [] : [.. marked];
                run.Progress.Begin(phase.Name, phase.Tasks.Count, _seen.Count, phase.Tasks.Where(task => !_seen.Contains(task.Number)).Sum(task => task.Bytes));
            }

            CountOthers(phase, marked);
            run.Progress.Saw(marked.Count);
            if (marked.Count < phase.Tasks.Count)
            {
                break;
            }
        }

        _looked = true;
    }

    /// <summary>What this process executes counts itself as it goes.</summary>
    private void CountOthers(Phase phase, IReadOnlySet<int> marked)
    {
        foreach (var task in marked.Where(task => _seen.Add(task) && !run.Executed(phase, task)))
        {
            if (run.Folder.ReadMarker(phase, task) is { } marker)
            {
                run.Progress.Add(phase.Kind == PhaseKind.Pass ? marker.Records.Seen : 0, marker.Bytes);
            }
        }
    }
}
