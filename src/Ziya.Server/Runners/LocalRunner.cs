using System.Globalization;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Plans;
using Ziya.Pipeline.Runs;
using Ziya.Pipeline.Steps;

namespace Ziya.Server;

/// <summary>Runs jobs one after another with the local engine, and starts them by their schedules. Its queue ends with the process; what is done stays in the run folders.</summary>
internal sealed class LocalRunner(ServeOptions options, StepCatalog catalog, TimeProvider time) : IRunner
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _runs = new(StringComparer.Ordinal);
    private readonly PriorityQueue<Entry, (int Before, int Number)> _queue = new();
    private readonly Dictionary<string, string> _last = [];
    private readonly CancellationTokenSource _end = new();
    private readonly SemaphoreSlim _waiting = new(0);
    private int _queued;
    private IReadOnlyList<JobEntry> _scheduled = [];
    private DateTimeOffset _looked;
    private ITimer? _timer;
    private Thread? _thread;

    /// <inheritdoc/>
    public string Name => "the local engine";

    /// <inheritdoc/>
    public IReadOnlyList<KnownRun> Runs
    {
        get
        {
            lock (_lock)
            {
                return [.. _runs.Values.Select(entry => entry.Known)];
            }
        }
    }

    /// <inheritdoc/>
    public void Begin()
    {
        if (options.Has(ServeRole.Cpu) || options.Has(ServeRole.Gpu))
        {
            _thread = new Thread(Work) { IsBackground = true, Name = "runs" };
            _thread.Start();
        }

        _looked = time.GetUtcNow();
        _timer = time.CreateTimer(_ => StartDue(), null, Look, Look);
    }

    /// <inheritdoc/>
    public string Start(string path, IReadOnlyList<string> overrides, RunPriority priority)
    {
        var job = JobFile.Load(path, overrides, catalog);
        return Queue(job, $"{options.Runs.TrimEnd('/')}/{Run.IdOf(Planner.Make(job, catalog))}", priority);
    }

    /// <inheritdoc/>
    public void Resume(string folder) => Resume(folder, null);

    /// <inheritdoc/>
    public void Retry(string folder, string phase, int task) => Resume(folder, (phase, task));

    private void Resume(string folder, (string Phase, int Task)? first)
    {
        Job? known;
        lock (_lock)
        {
            // One that never began has no job in its folder yet.
            known = _runs.GetValueOrDefault(folder)?.Job;
        }

        Queue(known ?? RunFolder.At(folder).ReadJob(catalog), folder, first: first);
    }

    /// <inheritdoc/>
    public void Pause(string folder) => End(folder, "paused");

    /// <inheritdoc/>
    public void Stop(string folder) => End(folder, "stopped");

    /// <inheritdoc/>
    public void Forget(string folder)
    {
        lock (_lock)
        {
            _runs.Remove(folder);
        }
    }

    /// <inheritdoc/>
    public void Schedule(IReadOnlyList<JobEntry> jobs)
    {
        lock (_lock)
        {
            _scheduled = jobs;
        }
    }

    /// <inheritdoc/>
    public string? LastStart(string file)
    {
        lock (_lock)
        {
            return _last.GetValueOrDefault(file);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The host and the container both end it.
        if (Interlocked.Exchange(ref _timer, null) is { } timer)
        {
            timer.Dispose();
            _end.Cancel();
            _thread?.Join();
            _end.Dispose();
            _waiting.Dispose();
        }
    }

    private string Queue(Job job, string folder, RunPriority priority = RunPriority.Normal, (string Phase, int Task)? first = null)
    {
        lock (_lock)
        {
            if (_runs.Values.FirstOrDefault(run => run.Known.Job == job.Name && run.Known.State is "queued" or "running") is { } active)
            {
                return active.Known.Folder;
            }

            var entry = new Entry(job, new KnownRun(folder, job.Name, "queued", null), first);
            _runs[folder] = entry;
            _queue.Enqueue(entry, (-(int)priority, _queued++));
        }

        _waiting.Release();
        return folder;
    }

    private void End(string folder, string state)
    {
        lock (_lock)
        {
            if (_runs.GetValueOrDefault(folder) is { Known.State: "queued" or "running" or "paused" } entry)
            {
                entry.Known = entry.Known with { State = state };
                entry.Stop.Cancel();
            }
        }
    }

    private void Work()
    {
        try
        {
            while (true)
            {
                _waiting.Wait(_end.Token);
                Entry entry;
                lock (_lock)
                {
                    entry = _queue.Dequeue();
                    if (entry.Known.State != "queued")
                    {
                        continue;
                    }

                    entry.Known = entry.Known with { State = "running" };
                }

                var (state, error) = Execute(entry);
                lock (_lock)
                {
                    // What somebody said meanwhile stands.
                    entry.Known = entry.Known with { State = state == "stopped" && entry.Known.State == "paused" ? "paused" : state, Error = error };
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The server ends.
        }
    }

    private (string State, string? Error) Execute(Entry entry)
    {
        try
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(entry.Stop.Token, _end.Token);
            var engine = new LocalEngine(options.Workers, time);
            using var run = engine.Open(entry.Job, catalog, entry.Known.Folder, false);
            run.First = entry.First;
            engine.CarryOut(run, stop.Token);
            return ("done", null);
        }
        catch (OperationCanceledException)
        {
            return ("stopped", null);
        }
        catch (Exception exception)
        {
            // Whatever a run throws, the next one goes on.
            return ("failed", exception.Message);
        }
    }

    private void StartDue()
    {
        IReadOnlyList<JobEntry> due;
        DateTimeOffset now;
        lock (_lock)
        {
            now = time.GetUtcNow();
            due = [.. _scheduled.Where(entry => entry.Next(_looked, 1).Any(at => at <= now))];
            _looked = now;
        }

        foreach (var entry in due)
        {
            string what;
            try
            {
                what = Path.GetFileName(Start(entry.Path, [], RunPriority.Normal));
            }
            catch (Exception exception) when (exception is JobFaultException or JobFailedException or ClaimedException or IOException or UnauthorizedAccessException)
            {
                what = exception.Message;
            }

            lock (_lock)
            {
                _last[entry.File] = string.Create(CultureInfo.InvariantCulture, $"{now:yyyy-MM-dd HH:mm} UTC: {what}");
            }
        }
    }

    private sealed class Entry(Job job, KnownRun known, (string Phase, int Task)? first)
    {
        public Job Job => job;

        public (string Phase, int Task)? First => first;

        public KnownRun Known { get; set; } = known;

        public CancellationTokenSource Stop { get; } = new();
    }
}
