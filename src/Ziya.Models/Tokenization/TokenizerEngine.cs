namespace Ziya.Models.Tokenization;

/// <summary>What turns text into ids.</summary>
public enum TokenizerEngine
{
    /// <summary>This project's encoders, whose ids are those of SentencePiece and of Hugging Face's tokenizers.</summary>
    Own,

    /// <summary>
    /// Microsoft.ML.Tokenizers, in builds whose package registry has it. Not exact: with SentencePiece vocabularies it differs where merges of equal rank meet in
    /// runs of one character (<c>~~~~</c>, <c>====</c>).
    /// </summary>
    Microsoft,
}
