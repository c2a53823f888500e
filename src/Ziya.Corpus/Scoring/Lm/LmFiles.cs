using Ziya.Pipeline.Scoring;

namespace Ziya.Corpus.Scoring.Lm;

/// <summary>Opens language models, whatever form they are in, with what cuts lines into their tokens.</summary>
internal static class LmFiles
{
    /// <summary>Opens a file of `ziya lm` or an ARPA file. The latter is made into the former first, in the folder for temporary files.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cut"><c>word</c>, <c>character</c> or a tokenizer's path; null for what the file says, and of ARPA files <c>word</c>.</param>
    /// <param name="load">Reads tokenizers.</param>
    /// <param name="tokens">What cuts lines.</param>
    /// <exception cref="InvalidDataException">The file is missing, empty, damaged, of another version, or was made with another tokenizer.</exception>
    public static LanguageModel Open(string path, string? cut, Func<string, ITextTokenizer> load, out LmTokens tokens)
    {
        if (!File.Exists(path))
        {
            throw new InvalidDataException(Directory.Exists(path) ? $"{path} is a folder. Name the file of a language model." : $"{path} does not exist. `ziya lm train` makes a language model.");
        }

        var model = ArpaReader.Is(path) ? Convert(path, LmTokens.Of(cut ?? LmTokens.Word, load)) : LanguageModel.Open(path);
        try
        {
            tokens = Tokens(path, model.Header, cut ?? model.Header.Cut, load);
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Makes a file of an ARPA file.</summary>
    public static void Convert(string arpa, string path, LmTokens tokens)
    {
        using var reader = new ArpaReader(arpa);
        using var builder = new LmBuilder(path, tokens);
        reader.Read(builder);
    }

    private static LanguageModel Convert(string arpa, LmTokens tokens)
    {
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.lm");
        Convert(arpa, path, tokens);
        try
        {
            return LanguageModel.Open(path);
        }
        finally
        {
            // Mapped files stay readable after that, but not on Windows, where it stays behind.
            if (!OperatingSystem.IsWindows())
            {
                File.Delete(path);
            }
        }
    }

    private static LmTokens Tokens(string path, LmHeader header, string cut, Func<string, ITextTokenizer> load)
    {
        LmTokens tokens;
        try
        {
            tokens = LmTokens.Of(cut, load);
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or NotSupportedException)
        {
            throw new InvalidDataException($"{path} needs the tokenizer it was made with, which cannot be read: {exception.Message.TrimEnd('.')}. 'tokens' can name another place of it.", exception);
        }

        return tokens.Fingerprint == header.Fingerprint && (tokens.Fingerprint != 0 || cut == header.Cut)
            ? tokens
            : throw new InvalidDataException($"{path} was made with other tokens ({header.Cut}) than {cut}.");
    }
}
