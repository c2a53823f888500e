namespace Ziya.Models.Scoring;

/// <summary>Tokens that one computation is asked of, and who waits for it.</summary>
/// <param name="Ids">The tokens, at least one.</param>
/// <param name="From">The first token whose probability is asked for; of graphs that give one result for all, ignored.</param>
/// <param name="Number">Its place in the order of arrival.</param>
/// <param name="Cancel">Gives it up.</param>
internal sealed record Row(int[] Ids, int From, long Number, CancellationToken Cancel)
{
    /// <summary>Ids that the last one is compared with: then the probability of each of them in its place is asked for, and of nothing else. Default none.</summary>
    public IReadOnlyList<int>? Choices { get; init; }

    /// <summary>How many probabilities are asked for.</summary>
    public int Asked => Choices?.Count ?? Ids.Length - From;

    /// <summary>Ends with what the graph gives.</summary>
    public TaskCompletionSource<float[]> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
