namespace Ziya.Models.Generation;

/// <summary>What a model wrote.</summary>
/// <param name="Ids">Ids written, without one that ended the text.</param>
/// <param name="Text">Their text, without one that ended it.</param>
/// <param name="Ending">Why it ended.</param>
/// <param name="Fault">What went wrong, where it ended by a fault.</param>
public sealed record TokenCompletion(IReadOnlyList<int> Ids, string Text, Ending Ending, string? Fault = null)
{
    /// <summary>Natural logarithm of the probability of each id under the model, before temperature and penalties; empty unless asked for.</summary>
    public IReadOnlyList<float> LogProbabilities { get; init; } = [];
}
