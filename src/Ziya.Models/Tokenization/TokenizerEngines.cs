namespace Ziya.Models.Tokenization;

/// <summary>The engines that this build has.</summary>
public static class TokenizerEngines
{
    /// <summary>Whether Microsoft.ML.Tokenizers is one of them.</summary>
    public static bool HasMicrosoft =>
#if MICROSOFT_TOKENIZERS
        true;
#else
        false;
#endif

    /// <summary>A vocabulary behind an engine.</summary>
    /// <exception cref="InvalidDataException">This build does not have it, or it cannot do what the vocabulary needs.</exception>
    internal static Tokenizer Use(TokenizerEngine engine, Tokenizer vocabulary, string path)
    {
        if (engine == TokenizerEngine.Own)
        {
            return vocabulary;
        }

#if MICROSOFT_TOKENIZERS
        try
        {
            return vocabulary is SentencePieceTokenizer pieces ? MicrosoftTokenizer.Of(pieces, path) : MicrosoftTokenizer.Of((ByteLevelTokenizer)vocabulary);
        }
        catch (Exception exception) when (exception is NotSupportedException or ArgumentException)
        {
            throw new InvalidDataException($"{path}: {exception.Message}", exception);
        }
#else
        throw new InvalidDataException($"{path}: this build has no Microsoft.ML.Tokenizers, because the package registry had none when it was made. The engine 'own' needs no package.");
#endif
    }
}
