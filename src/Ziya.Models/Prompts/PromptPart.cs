namespace Ziya.Models.Prompts;

/// <summary>A stretch of a prompt.</summary>
/// <param name="Text">Its text.</param>
/// <param name="IsTemplate">Whether the template wrote it: only there are names of special tokens those tokens. What users say cannot end a turn.</param>
public readonly record struct PromptPart(string Text, bool IsTemplate);
