using System.Collections.Concurrent;
using System.Globalization;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Plans;

namespace Ziya.Pipeline.Runs;

/// <summary>What a run tells of itself while it goes on: its log, the state of this process, the tasks that failed.</summary>
public sealed partial class Run
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(2);

    // Every second time, the state of the process is renewed.
    private const int BeatsOfState = 2;

    private readonly Lock _beat = new();
    private readonly ConcurrentDictionary<(Phase Phase, int Task), TaskProgress> _atWork = new();
    private readonly ConcurrentDictionary<(Phase Phase, int Task), byte> _failed = new();
    private int _beats;
    private bool _ended;

    /// <summary>What the log says at the end. A failure that a task told already is not repeated: it may hold a record's text.</summary>
    private string Ended(string state, string? error, Report report) => state switch
    {
        "failed" when Plan.Phases.Any(phase => Folder.Ended(phase).Failed.Count > 0) => "the run failed: the tasks that failed say why",
        "failed" => $"the run failed: {error}",
        _ => string.Create(CultureInfo.InvariantCulture, $"the run is {state}: {report.Records.Read} read, {report.Records.Written} written, {report.Records.Quarantined} quarantined"),
    };

    /// <summary>Whatever the folder cannot take now is left to the next beat.</summary>
    private void OnBeat()
    {
        // A store that takes longer than a beat holds up this one alone.
        if (!_beat.TryEnter())
        {
            return;
        }

        try
        {
            if (_ended)
            {
                return;
            }

            var models = _models.Open();
            _pulse.Listen(models);
            _log.Flush();
            if (_beats++ % BeatsOfState == 0)
            {
                Say(models);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
        }
        finally
        {
            _beat.Exit();
        }
    }

    private void Say(IReadOnlyList<ModelFigures> models)
    {
        if ((models.Count == 0 && _atWork.IsEmpty) || _claim.IsLost)
        {
            EndPulse();
            return;
        }

        var tasks = _atWork.ToArray();
        _pulse.Write([.. tasks.Select(task => string.Create(CultureInfo.InvariantCulture, $"{task.Key.Phase.Name}/{task.Key.Task}")).Order(StringComparer.Ordinal)], tasks.Sum(task => task.Value.Records), models);
    }

    private void StopBeating()
    {
        lock (_beat)
        {
            _ended = true;
            _beating.Dispose();
            EndPulse();
        }
    }

    private void EndPulse()
    {
        try
        {
            _pulse.End();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It is taken for gone a while later.
        }
    }

    private void Tell(Phase phase, PlanTask task, Marker marker)
    {
        _log.Tell(LogWeight.Debug, string.Create(CultureInfo.InvariantCulture, $"done in {marker.Seconds:0.###} s: {marker.Records.Seen} records, {marker.Bytes} bytes"), phase.Name, task.Number);
        if (_failed.TryRemove((phase, task.Number), out _))
        {
            try
            {
                Folder.Store.Delete(RunFolder.FailurePath(phase, task.Number));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // The marker is what counts.
            }
        }
    }

    private void Tell(Phase phase, PlanTask task, Exception exception)
    {
        if (TaskFailure.KindOf(exception) is not { } kind || _claim.IsLost)
        {
            _log.Tell(LogWeight.Debug, "stopped", phase.Name, task.Number);
            return;
        }

        var what = TaskFailure.Logged(exception);
        _log.Tell(kind == FailureKind.Transient ? LogWeight.Warning : LogWeight.Error, $"{kind}: {what}", phase.Name, task.Number);
        _failed.TryAdd((phase, task.Number), 0);
        try
        {
            Folder.Fail(phase, task.Number, new TaskFailure(kind, exception is JobFailedException ? exception.Message : what, 1, ClaimHolder.Text(_time.GetUtcNow()), _log.Worker));
        }
        catch (Exception second) when (second is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            // The failure itself is thrown.
        }
    }
}
