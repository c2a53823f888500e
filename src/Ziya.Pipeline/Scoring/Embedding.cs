namespace Ziya.Pipeline.Scoring;

/// <summary>The vector of a text.</summary>
/// <param name="Vector">Its elements; their squares sum to 1, so that products are cosines.</param>
/// <param name="Tokens">Tokens of the text, without those around it.</param>
/// <param name="Cut">How many of them, at the end, the model was not shown.</param>
public sealed record Embedding(ReadOnlyMemory<float> Vector, int Tokens, int Cut);
