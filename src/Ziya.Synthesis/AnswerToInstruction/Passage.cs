namespace Ziya.Synthesis.AnswerToInstruction;

/// <summary>A stretch of a document.</summary>
/// <param name="Text">Its text, without what does not belong to it at either end.</param>
/// <param name="Fault">Why no instruction is made for it, or null.</param>
internal sealed record Passage(string Text, string? Fault);
