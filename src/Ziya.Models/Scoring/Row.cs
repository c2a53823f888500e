namespace Ziya.Models.Scoring;

/// <summary>Tokens that one computation is asked of, and who waits for it.</summary>
/// <param name="Ids">The tokens, at least one.</param>
/// <param name="From">The first token whose probability is asked for; of graphs that give one result for all, ignored.</param>
/// <param name="Number">Its place in the order of arrival.</param>
/// <param name="Cancel">Gives it up.</param>
internal sealed record Row(int[] Ids, int From, long Number, CancellationToken Cancel)
{
    /// <summary>Ends with what the graph gives.</summary>
    public TaskCompletionSource<float[]> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
