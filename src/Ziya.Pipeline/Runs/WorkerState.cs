using System.Globalization;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Storage;

namespace Ziya.Pipeline.Runs;

/// <summary>What a process that works for a run does now: a file in <c>workers/</c> of the run folder, renewed every few seconds.</summary>
/// <param name="Worker">The process: machine and number.</param>
/// <param name="At">When it said so, in UTC.</param>
/// <param name="Tasks">The tasks it is at, as <c>phase/number</c>.</param>
/// <param name="Models">The models it has open.</param>
/// <param name="Records">Records those tasks have gone through so far.</param>
public sealed record WorkerState(string Worker, string At, IReadOnlyList<string> Tasks, IReadOnlyList<WorkerModel> Models, long Records = 0)
{
    internal const string Root = "workers/";

    /// <summary>How long after its last word a worker is taken for gone.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);

    /// <summary>The workers of a run that were heard of lately.</summary>
    public static IReadOnlyList<WorkerState> Of(RunFolder folder, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(time);
        var states = new List<WorkerState>();
        foreach (var file in folder.Store.List(Root))
        {
            try
            {
                var state = folder.Read<WorkerState>(file.Path);
                if (time.GetUtcNow() - DateTimeOffset.Parse(state.At, CultureInfo.InvariantCulture) < Silence)
                {
                    states.Add(state);
                }
            }
            catch (Exception exception) when (exception is IOException or InvalidDataException or FormatException)
            {
                // It ended just now.
            }
        }

        return states;
    }
}

/// <summary>A model that a process has open.</summary>
/// <param name="Name">Its name in the job.</param>
/// <param name="TokensPerSecond">Tokens it wrote in a second lately; null where it does not say.</param>
/// <param name="Figures">What it says of itself.</param>
public sealed record WorkerModel(string Name, double? TokensPerSecond, ModelFigures Figures);

/// <summary>Writes the state of this process, and tells the log what its models wait for.</summary>
internal sealed class Pulse(IStore store, RunLog log, TimeProvider time)
{
    private readonly string _path = $"{WorkerState.Root}{log.Session}.json";
    private readonly Dictionary<string, string> _troubles = [];
    private Dictionary<string, long> _tokens = [];
    private long _before = time.GetTimestamp();
    private bool _written;

    /// <summary>Tells of models that have begun to wait, or go on.</summary>
    public void Listen(IReadOnlyList<ModelFigures> models)
    {
        foreach (var model in models)
        {
            var before = _troubles.GetValueOrDefault(model.Name);
            if (model.Trouble is { } trouble && before is null)
            {
                log.Tell(LogWeight.Warning, $"model '{model.Name}' waits: {trouble}. It is asked again until it answers");
            }
            else if (model.Trouble is null && before is not null)
            {
                log.Tell(LogWeight.Information, $"model '{model.Name}' answers again");
            }

            _troubles.Remove(model.Name);
            if (model.Trouble is { } waits)
            {
                _troubles[model.Name] = waits;
            }
        }
    }

    /// <summary>Writes what goes on now.</summary>
    public void Write(IReadOnlyList<string> tasks, long records, IReadOnlyList<ModelFigures> models)
    {
        var seconds = Math.Max(0.001, time.GetElapsedTime(_before).TotalSeconds);
        var states = models.Select(model => new WorkerModel(model.Name, model.Load is null && model.Tokens == 0 ? null : Math.Max(0, model.Tokens - _tokens.GetValueOrDefault(model.Name)) / seconds, model)).ToList();
        (_before, _tokens) = (time.GetTimestamp(), models.ToDictionary(model => model.Name, model => model.Tokens));
        store.Write(_path, JsonText.Write(new WorkerState(log.Worker, time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture), tasks, states, records)));
        _written = true;
    }

    /// <summary>Takes it away: the process has nothing to do with the run any more.</summary>
    public void End()
    {
        if (_written)
        {
            store.Delete(_path);
            _written = false;
        }
    }
}
