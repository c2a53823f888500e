namespace Ziya.Models.Completions;

/// <summary>Where a completion stands in a segment.</summary>
/// <param name="Key">What was asked: <see cref="CompletionKey"/>.</param>
/// <param name="Offset">Where its JSON begins.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="PromptTokens">Tokens of the prompt.</param>
/// <param name="CompletionTokens">Tokens of the answer.</param>
internal readonly record struct IndexRow(UInt128 Key, long Offset, int Length, int PromptTokens, int CompletionTokens);
