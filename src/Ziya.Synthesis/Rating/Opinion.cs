namespace Ziya.Synthesis.Rating;

/// <summary>What a model thinks of something.</summary>
/// <param name="Value">The mark; null where the model's reply holds none.</param>
/// <param name="Reply">What the model wrote; null where the mark was read off its probabilities.</param>
/// <param name="Model">Who thinks so.</param>
internal sealed record Opinion(double? Value, string? Reply, string Model);
