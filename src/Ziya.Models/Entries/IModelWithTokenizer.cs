namespace Ziya.Models.Entries;

/// <summary>A model of a job with its tokenizer in a folder on this machine.</summary>
public interface IModelWithTokenizer
{
    /// <summary>The folder. Where the model is made on first use, it is made.</summary>
    string TokenizerFolder();
}
