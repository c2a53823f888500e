using Ziya.Pipeline.Runs;

namespace Ziya.Pipeline.Execution;

/// <summary>
/// Counts what the steps of one task ask of models: every answer that a step was given, wherever it came from, so that a run that was interrupted counts the same as one
/// that was not. Which step asks is known by the flow of execution, because models are shared by all tasks.
/// </summary>
internal sealed class ModelMeter
{
    private static readonly AsyncLocal<(ModelMeter Meter, string Step)?> Asking = new();

    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, SortedDictionary<string, ModelUsage>> _asked = new(StringComparer.Ordinal);

    /// <summary>By step and model; null where nothing was asked.</summary>
    public SortedDictionary<string, SortedDictionary<string, ModelUsage>>? Asked => _asked.Count > 0 ? _asked : null;

    /// <summary>From here on, in this flow of execution, a step of this task asks.</summary>
    public void Enter(string step) => Asking.Value = (this, step);

    /// <summary>Counts an answer for the step that asked.</summary>
    /// <param name="model">The model, by its name in the job.</param>
    /// <param name="promptTokens">Tokens of what it was asked.</param>
    /// <param name="completionTokens">Tokens of the answer.</param>
    public static void Count(string model, long promptTokens, long completionTokens)
    {
        if (Asking.Value is { Meter: var meter, Step: var step })
        {
            meter.Add(step, model, new ModelUsage(1, promptTokens, completionTokens));
        }
    }

    private void Add(string step, string model, ModelUsage usage)
    {
        lock (_lock)
        {
            ModelUsage.Add(_asked, step, model, usage);
        }
    }
}
