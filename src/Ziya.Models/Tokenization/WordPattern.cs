namespace Ziya.Models.Tokenization;

/// <summary>Which words a byte-level tokenizer merges within.</summary>
public enum WordPattern
{
    /// <summary>None: merges cross words.</summary>
    None,

    /// <summary>Those of GPT-2 and StarCoder.</summary>
    Gpt2,

    /// <summary>Those of Llama 3, which has them from OpenAI's cl100k: numbers by three digits.</summary>
    Llama3,

    /// <summary>Those of Qwen2 and its successors: as <see cref="Llama3"/>, with digits one by one.</summary>
    Qwen2,
}
