using System.Globalization;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Runs;

namespace Ziya.Cli;

/// <summary>Measures the phases of a run as they go by.</summary>
internal sealed class PhaseMeter(Run run, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly List<Measured> _past = [];
    private readonly Dictionary<string, long> _wrote = [];
    private string? _current;
    private long _started;

    /// <summary>A phase begins: the one before has ended.</summary>
    public void Begin(PhaseProgress before, long records, long bytes)
    {
        lock (_lock)
        {
            if (_current is not null)
            {
                _past.Add(new Measured(before, records, bytes, time.GetElapsedTime(_started), true));
            }

            _current = "";
            _started = time.GetTimestamp();
        }
    }

    /// <summary>All phases begun so far.</summary>
    public IReadOnlyList<Measured> Phases()
    {
        lock (_lock)
        {
            if (_current is null)
            {
                return [];
            }

            var phase = run.Progress.Phase;
            return [.. _past, new Measured(phase, run.Progress.Records, run.Progress.Bytes, time.GetElapsedTime(_started), phase.Done == phase.Tasks)];
        }
    }

    /// <summary>The models that are open: how fast they write since they first did, and what they are busy with.</summary>
    public string Models()
    {
        lock (_lock)
        {
            return string.Join("; ", run.Models.Select(model =>
            {
                if (model.Tokens > 0)
                {
                    _wrote.TryAdd(model.Name, _started);
                }

                var seconds = _wrote.TryGetValue(model.Name, out var since) ? Math.Max(time.GetElapsedTime(since).TotalSeconds, 0.001) : 1;
                return string.Create(CultureInfo.InvariantCulture, $"{model.Name} {model.Tokens / seconds:N0} tokens/s{(model.State.Length > 0 ? ", " : "")}{model.State}");
            }));
        }
    }

    /// <summary>A phase at one moment.</summary>
    internal sealed record Measured(PhaseProgress Phase, long Records, long Bytes, TimeSpan Elapsed, bool Ended)
    {
        public string Name => Phase.Name;

        /// <summary>How much is done, 0 to 1: by bytes, which the tasks under way count as well, or by tasks.</summary>
        public double Share => Ended ? 1
            : Math.Max(Phase.Tasks == 0 ? 0 : (double)Phase.Done / Phase.Tasks, Math.Min(0.99, Phase.Bytes == 0 ? 0 : (double)Bytes / Phase.Bytes));

        /// <summary>Tasks, rates, and how long it takes or will take.</summary>
        public string Rates
        {
            get
            {
                var seconds = Math.Max(Elapsed.TotalSeconds, 0.001);

                // Reduces see entries, not records.
                var records = Records == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{(Records / seconds).ToString(Records < 10 * seconds ? "0.0" : "N0", CultureInfo.InvariantCulture)} records/s  ");
                var rates = string.Create(CultureInfo.InvariantCulture, $"{Phase.Done}/{Phase.Tasks} tasks  {records}{Bytes / 1e6 / seconds:0.0} MB/s");
                var left = Share is > 0.01 and < 1 ? $"  {Short(TimeSpan.FromSeconds(seconds * (1 - Share) / Share))} left" : "";
                return Ended ? Records + Bytes == 0 ? $"{Phase.Done}/{Phase.Tasks} tasks" : $"{rates}  {Short(Elapsed)}" : rates + left;
            }
        }

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name,-28} {Share,4:P0}  {Rates}");

        private static string Short(TimeSpan time) => time.TotalHours >= 1
            ? string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours}h{time.Minutes:00}m")
            : time.TotalMinutes >= 1 ? string.Create(CultureInfo.InvariantCulture, $"{time.Minutes}m{time.Seconds:00}s")
            : string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0}s");
    }
}
