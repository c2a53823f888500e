namespace Ziya.Models.Tokenization;

/// <summary>What a user decides about a model's tokenizer; null is what the model's folder says.</summary>
public sealed record TokenizerSwitches
{
    /// <summary>
    /// Whether a SentencePiece tokenizer puts a space in front of the text after every added token, as the LLaMA tokenizer did when the Ziya models were
    /// made, and not only in front of the whole. Default: <c>legacy</c> of tokenizer_config.json, or true. Byte-level tokenizers ignore it.
    /// </summary>
    public bool? Legacy { get; init; }

    /// <summary>
    /// Whether white space around added tokens is taken away, as versions of transformers before 4.34 did where special_tokens_map.json has plain strings
    /// (Ziya-LLaMA-13B-v1: the line feed in front of <c>&lt;bot&gt;</c>). Default: what each token says, and no for plain strings.
    /// </summary>
    public bool? StripAroundAdded { get; init; }

    /// <summary>Whether a text begins with the token for that. Default: <c>add_bos_token</c>, or true for SentencePiece and false for byte-level tokenizers.</summary>
    public bool? AddBos { get; init; }

    /// <summary>Whether a text ends with the token for that. Default: <c>add_eos_token</c>, or false.</summary>
    public bool? AddEos { get; init; }

    /// <summary>What turns text into ids. Default <see cref="TokenizerEngine.Own"/>.</summary>
    public TokenizerEngine Engine { get; init; }

    /// <summary>Whether a byte-level tokenizer cuts off digits. Default: what tokenizer.json says, or no.</summary>
    public DigitSplit? Digits { get; init; }
}
