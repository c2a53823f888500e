namespace Ziya.Pipeline.Runs;

/// <summary>What a model was asked, and what it answered.</summary>
/// <param name="Requests">Answers that steps were given, from the model, the run folder or a recording.</param>
/// <param name="PromptTokens">Tokens of what was asked, as far as the model counts them.</param>
/// <param name="CompletionTokens">Tokens of the answers.</param>
public sealed record ModelUsage(long Requests, long PromptTokens, long CompletionTokens)
{
    internal static void Add(SortedDictionary<string, SortedDictionary<string, ModelUsage>> into, string first, string second, ModelUsage usage)
    {
        if (!into.TryGetValue(first, out var inner))
        {
            into[first] = inner = new(StringComparer.Ordinal);
        }

        inner[second] = inner.TryGetValue(second, out var before) ? before.And(usage) : usage;
    }

    private ModelUsage And(ModelUsage other) => new(Requests + other.Requests, PromptTokens + other.PromptTokens, CompletionTokens + other.CompletionTokens);
}
