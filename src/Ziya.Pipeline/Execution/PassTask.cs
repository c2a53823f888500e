using Ziya.Pipeline.Plans;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Runs;
using Ziya.Pipeline.Shuffle;
using Ziya.Pipeline.Steps;

namespace Ziya.Pipeline.Execution;

/// <summary>
/// One task of a pass: takes each record of its shards through the findings about it, the fused steps and the map side of the
/// next global step. Running it again writes the same bytes.
/// </summary>
internal sealed class PassTask
{
    private const int ReportInterval = 256;

    private readonly PassWork _work;
    private readonly PlanTask _task;
    private readonly TaskOutputs _outputs;
    private readonly TaskContext _context;
    private readonly PassSink _sink;
    private readonly IGlobalStep? _apply;
    private readonly List<(string Key, IRecordStep Step)> _steps;
    private readonly IGlobalStep? _map;
    private readonly SpillSet? _spills;
    private long _bytes;
    private int _poisoned;
    private int _unreported;
    private long _unreportedBytes;

    public PassTask(PassWork work, PlanTask task, TaskOutputs outputs, TaskContext context)
    {
        _work = work;
        _task = task;
        _outputs = outputs;
        _context = context;
        _sink = new PassSink(work, task.Number, outputs, context);
        var seed = context.Job.Seed;
        _apply = (IGlobalStep?)work.Apply?.Create(seed, context.Models);
        _steps = [.. work.Steps.Select(step => (step.Key, (IRecordStep)step.Create(seed, context.Models)))];
        _map = (IGlobalStep?)work.Map?.Create(seed, context.Models);
        _spills = _map is null ? null : new SpillSet(outputs, work.Phase, task.Number, _map.Maps, context);
    }

    /// <summary>Runs the task up to its outputs.</summary>
    public Marker Run(CancellationToken cancel)
    {
        try
        {
            return RunOnce(cancel);
        }
        catch
        {
            // Another try counts them again.
            _context.Progress.AddPoisoned(-_poisoned);
            throw;
        }
    }

    private Marker RunOnce(CancellationToken cancel)
    {
        var started = _context.Time.GetTimestamp();
        Prepare(cancel);
        for (var shard = _task.First; shard <= _task.Last; shard++)
        {
            Run(shard, cancel);
        }

        Report(true);
        _spills?.Finish();
        var seconds = _context.Time.GetElapsedTime(started).TotalSeconds;
        return new Marker(_work.Phase.Hash, _task.Number, seconds, _bytes, _sink.Counts, _outputs.Commit(), _sink.Stats);
    }

    private void Prepare(CancellationToken cancel)
    {
        if (_apply is null)
        {
            return;
        }

        using var shared = new ExternalSorter(_context.Scratch, _context.SortBytes);
        ReduceTask.Fill(shared, _work.FindingsFrom.Where(source => source.Channel.Spread == Spread.One), 0, _context, cancel);
        _apply.Prepare(shared);
    }

    private void Run(int shard, CancellationToken cancel)
    {
        using var findings = new Findings(_work, shard, _context, cancel);
        var source = _work.Base is null
            ? new InputSource(_context.Job, _context).Read(_context.Plan.Shards[shard])
            : new JoinSource(_work, _context.Store).Read(shard);
        var next = 0;
        foreach (var incoming in source)
        {
            cancel.ThrowIfCancellationRequested();
            _sink.Counts.Seen++;
            _sink.Counts.Read += _work.Base is null && incoming.Ordinal < 0 ? 1 : 0;
            if (incoming.Record is { } record)
            {
                // A pass that writes whole records numbers them anew, without gaps.
                var at = new Address(shard, _work.WritesBase || incoming.Ordinal < 0 ? next : incoming.Ordinal);
                next += Take(record, incoming.Ordinal, at, findings) ? 1 : 0;
            }
            else
            {
                _sink.Quarantine(incoming.Unreadable!);
            }

            _bytes += incoming.Bytes;
            _unreported++;
            _unreportedBytes += incoming.Bytes;
            Report(false);
        }
    }

    /// <summary>Takes a record through; whether it went on.</summary>
    private bool Take(Record record, int ordinal, Address at, Findings findings)
    {
        var now = record;
        var step = "";
        try
        {
            if (_apply is not null)
            {
                step = _work.Apply!.Key;
                if (!Passes(_apply.Apply(now, new Address(at.Shard, ordinal), findings.For(ordinal)), step, ref now, ordinal))
                {
                    return false;
                }
            }

            foreach (var (key, next) in _steps)
            {
                step = key;
                if (!Passes(next.Apply(now), step, ref now, ordinal))
                {
                    return false;
                }
            }

            step = _work.Map?.Key ?? "";
            _map?.Map(now, at, _spills!);
        }
        catch (Exception exception) when (IsPoison(exception, step))
        {
            _spills?.Forget();
            CountPoisoned(record, step, exception);
            _sink.Quarantine(record, step, exception, ordinal);
            return false;
        }

        _spills?.Keep();
        _sink.Keep(record, now, ordinal);
        return true;
    }

    private bool Passes(Verdict<Record> verdict, string step, ref Record record, int ordinal)
    {
        if (verdict.Record is null)
        {
            _sink.Drop(record, step, new Drop(verdict.Reason!, verdict.Detail), ordinal);
            return false;
        }

        var origin = record.Origin;
        record = verdict.Record.Origin == origin ? verdict.Record : verdict.Record with { Origin = origin };
        return true;
    }

    /// <summary>A step's own failure on one record; not the disk's, the memory's or the user's.</summary>
    private static bool IsPoison(Exception exception, string step) =>
        step.Length > 0 && exception is not (OperationCanceledException or OutOfMemoryException or IOException or Transient or JobFailedException);

    private void CountPoisoned(Record record, string step, Exception exception)
    {
        var limit = _context.Job.Limits.Poisoned;
        _poisoned++;
        if (_context.Progress.AddPoisoned(1) > limit)
        {
            throw new JobFailedException(
                $"step '{step}' failed on more than {limit} records (limits.poisoned); the last one is '{record.Id}', "
                + $"{Where(record.Origin)}: {exception.GetType().Name}: {exception.Message}",
                exception);
        }
    }

    private static string Where(Origin at) => at.Line > 0 ? $"{at.File}:{at.Line}" : $"{at.File} at byte {at.Offset}";

    private void Report(bool last)
    {
        if (_unreported >= ReportInterval || last)
        {
            _context.Progress.Add(_unreported, _unreportedBytes);
            _unreported = 0;
            _unreportedBytes = 0;
        }
    }
}
