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
    private readonly PassWork _work;
    private readonly PlanTask _task;
    private readonly TaskOutputs _outputs;
    private readonly TaskContext _context;
    private readonly PassSink _sink;
    private readonly IGlobalStep? _apply;
    private readonly List<(string Key, Step Step)> _steps;
    private readonly IGlobalStep? _map;
    private readonly SpillSet? _spills;
    private readonly int _reportInterval;
    private readonly ModelMeter _meter = new();
    private readonly StepClock _clock;
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
        _clock = new StepClock(context.Time);
        var seed = context.Job.Seed;
        _apply = (IGlobalStep?)work.Apply?.Create(seed, context.Models);
        _steps = [.. work.Steps.Select(step => (step.Key, step.Create(seed, context.Models)))];

        // Models take seconds for what other steps do in microseconds.
        _reportInterval = _steps.Any(step => step.Step is IAsyncStep) ? 1 : 256;
        _map = (IGlobalStep?)work.Map?.Create(seed, context.Models);
        var channels = _map?.Maps ?? (work.Gathers ? [Writing.TokenSpill.Tokens] : []);
        _spills = channels.Count == 0 ? null : new SpillSet(outputs, work.Phase, task, channels, context);
        _sink = new PassSink(work, task.Number, outputs, context, _spills);
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
        finally
        {
            _spills?.Dispose();
        }
    }

    private Marker RunOnce(CancellationToken cancel)
    {
        Prepare(cancel);
        for (var shard = _task.First; shard <= _task.Last; shard++)
        {
            Run(shard, cancel);
        }

        foreach (var (key, step) in _steps)
        {
            if (step is RuleStep rules)
            {
                _sink.Counts.AddRules(key, RuleTally.Of(rules.Ruling));
            }
        }

        Report(true);
        _spills?.Finish();
        var files = _outputs.Commit();
        _clock.Lap(StepClock.Write);
        return new Marker(_work.Phase.Hash, _task.Number, _clock.Seconds, _bytes, _sink.Counts, files, _sink.Stats) { Asked = _meter.Asked, Spent = _clock.Spent };
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
        _clock.Lap(_work.Apply!.Key);
    }

    private void Run(int shard, CancellationToken cancel)
    {
        using var findings = new Findings(_work, shard, _context, cancel);
        _clock.Lap(_work.Apply?.Key ?? StepClock.Read);
        var source = _work.Base is null
            ? new InputSource(_context.Job, _context.Catalog).Read(_context.Plan.Shards[shard])
            : new JoinSource(_work, _context.Store).Read(shard);
        _map?.Begin(shard, _context.Plan.Shards.Count, _spills!.AtOnce());
        var next = 0;
        foreach (var passage in Steps(source, shard, findings, cancel))
        {
            cancel.ThrowIfCancellationRequested();
            Count(passage);
            if (passage.Unreadable is { } bad)
            {
                _sink.Quarantine(bad);
            }
            else
            {
                // A pass that writes whole records, or tokens, numbers them anew, without gaps.
                next += End(passage, new Address(shard, _work.WritesBase || _work.Gathers || passage.Ordinal < 0 ? next : passage.Ordinal)) ? 1 : 0;
            }

            _clock.Lap(StepClock.Write);
            Report(false);
        }

        _clock.Lap(StepClock.Read);
    }

    private IEnumerable<Passage> Steps(IEnumerable<Incoming> source, int shard, Findings findings, CancellationToken cancel)
    {
        var passages = source.Select(Received);
        if (_apply is not null)
        {
            passages = passages.Through(_work.Apply!.Key, passage => _apply.Apply(passage.Now, new Address(shard, passage.Ordinal), findings.For(passage.Ordinal)), _clock, _sink.See);
        }

        foreach (var (key, step) in _steps)
        {
            passages = step is IAsyncStep asked ? passages.Through(key, asked, _meter, _clock, _sink.See, cancel) : passages.Through(key, passage => ((IRecordStep)step).Apply(passage.Now), _clock, _sink.See);
        }

        return _map?.Looks == true ? passages.LookedAt(_work.Map!.Key, _map, _meter, _clock, cancel) : passages;
    }

    private Passage Received(Incoming incoming)
    {
        _clock.Lap(StepClock.Read);
        return new Passage(incoming);
    }

    private void Count(Passage passage)
    {
        if (passage.CreatedBy is { } step)
        {
            _sink.Counts.Create(step);
            return;
        }

        _sink.Counts.Seen++;
        _sink.Counts.Read += _work.Base is null && passage.Ordinal < 0 ? 1 : 0;
        _bytes += passage.Bytes;
        _unreported++;
        _unreportedBytes += passage.Bytes;
    }

    /// <summary>Puts a record where it belongs; whether it goes on.</summary>
    private bool End(Passage passage, Address at)
    {
        if (!passage.IsOut && _map is not null)
        {
            Map(passage, at);
        }

        if (passage.Drop is { } drop)
        {
            _sink.Drop(passage.Now, passage.Step, drop, passage.Ordinal);
        }
        else if (passage.Failure is { } failure)
        {
            if (failure is not MissingAnswerException)
            {
                CountPoisoned(passage.Before, passage.Step, failure);
            }

            _sink.Quarantine(passage.Before, passage.Step, failure, passage.Ordinal);
        }
        else
        {
            return _sink.Keep(passage.Before, passage.Now, passage.Ordinal, at);
        }

        return !passage.IsOut;
    }

    private void Map(Passage passage, Address at)
    {
        try
        {
            _map!.Map(passage.Now, passage.View, at, _spills!);
            _spills!.Keep();
        }
        catch (Exception exception) when (Passages.IsPoison(exception))
        {
            _spills!.Forget();
            passage.Fail(_work.Map!.Key, exception);
        }

        _clock.Lap(_work.Map!.Key);
    }

    private void CountPoisoned(Record record, string step, Exception exception)
    {
        var limit = _context.Job.Limits.Poisoned;
        _poisoned++;
        if (_context.Progress.AddPoisoned(1) > limit)
        {
            var what = $"step '{step}' failed on more than {limit} records (limits.poisoned); the last one is '{record.Id}', {Where(record.Origin)}: {exception.GetType().Name}";
            throw new JobFailedException($"{what}: {exception.Message}", exception) { Poisoned = what };
        }
    }

    private static string Where(Origin at) => at.Line > 0 ? $"{at.File}:{at.Line}" : $"{at.File} at byte {at.Offset}";

    private void Report(bool last)
    {
        if (_unreported >= _reportInterval || last)
        {
            _context.Progress.Add(_unreported, _unreportedBytes);
            _unreported = 0;
            _unreportedBytes = 0;
        }
    }
}
