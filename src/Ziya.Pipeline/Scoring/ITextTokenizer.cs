namespace Ziya.Pipeline.Scoring;

/// <summary>A model's tokenizer, for steps that know no models. Safe for use by many threads at once.</summary>
public interface ITextTokenizer
{
    /// <summary>Ids are 0 to one less than this.</summary>
    int Size { get; }

    /// <summary>The same for tokenizers with the same tokens, whatever file they were read from. Never 0.</summary>
    ulong Fingerprint { get; }

    /// <summary>Appends the ids of a text.</summary>
    void Encode(ReadOnlySpan<char> text, List<int> ids);

    /// <summary>The name of a token, without white space: that of the vocabulary, such as <c>▁the</c>, or <c>#</c> and its id.</summary>
    string NameOf(int id);
}

/// <summary>What reads tokenizers; a class with a constructor without parameters, in an assembly of the catalog.</summary>
public interface ITextTokenizerLoader
{
    /// <summary>Reads a model's folder or a tokenizer's file.</summary>
    /// <exception cref="InvalidDataException">There is none, or none that can be used.</exception>
    ITextTokenizer Load(string path);
}
