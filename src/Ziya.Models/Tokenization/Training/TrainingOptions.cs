using System.ComponentModel.DataAnnotations;

namespace Ziya.Models.Tokenization.Training;

/// <summary>How a small tokenizer is trained.</summary>
public sealed record TrainingOptions
{
    /// <summary>Tokens at most, with the bytes and special tokens. Texts in which too few pairs occur twice give fewer. Default 1000, 300 to 100000.</summary>
    [Range(300, 100_000)]
    public int Size { get; init; } = 1000;

    /// <summary>Characters (SentencePiece) or bytes (byte-level) of the longest token. Default 16, 2 to 256.</summary>
    [Range(2, 256)]
    public int Longest { get; init; } = 16;

    /// <summary>Names of special tokens of a byte-level vocabulary, whose ids are the first. Default <c>&lt;|endoftext|&gt;</c>. SentencePiece has its own three.</summary>
    public IReadOnlyList<string> Special { get; init; } = ["<|endoftext|>"];

    /// <summary>How a byte-level tokenizer cuts text. Default as GPT-2.</summary>
    public WordSplitting Splitting { get; init; } = new();
}
