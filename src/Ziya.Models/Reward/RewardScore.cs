namespace Ziya.Models.Reward;

/// <summary>How good an answer is.</summary>
/// <param name="Score">The higher the better. To be compared among answers to one instruction: across instructions it means little.</param>
/// <param name="Tokens">Tokens of the conversation, without those around it.</param>
/// <param name="Cut">How many of them, at the end, the model was not shown.</param>
public sealed record RewardScore(double Score, int Tokens, int Cut);
