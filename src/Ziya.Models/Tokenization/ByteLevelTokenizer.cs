using System.Collections.Concurrent;
using System.Text.Json;

namespace Ziya.Models.Tokenization;

/// <summary>
/// Byte-level byte-pair encoding, as GPT-2 has it (Radford et al. 2019), StarCoder, of which the Ziya coding model is made, Llama 3 and Qwen2. Gives the
/// ids of Hugging Face's <c>tokenizers</c>.
/// </summary>
/// <remarks>
/// <list type="number">
/// <item>Lone surrogates become U+FFFD.</item>
/// <item>Text is composed where <see cref="WordSplitting.Compose"/> says so.</item>
/// <item>Numbers are cut off as <see cref="WordSplitting.Digits"/> says.</item>
/// <item>What is between them is cut into words (<see cref="WordScanner"/>).</item>
/// <item>A word that is a token is looked up, where <see cref="WordSplitting.WholeWords"/> says so.</item>
/// <item>A word that ends in ASCII is looked for among those met before.</item>
/// <item>Others are cut where no token has the two characters on either side, and their segments looked for.</item>
/// <item>What was not met before is merged from its UTF-8 bytes: the first merge first, the leftmost of equals (<see cref="Merger"/>).</item>
/// </list>
/// </remarks>
public sealed class ByteLevelTokenizer : Tokenizer
{
    private readonly ByteLevelVocabulary _vocabulary;
    private readonly ConcurrentBag<ByteLevelEncoder> _encoders = [];

    internal ByteLevelTokenizer(ByteLevelVocabulary vocabulary, WordSplitting splitting)
    {
        _vocabulary = vocabulary;
        Splitting = splitting;
    }

    internal ByteLevelVocabulary Vocabulary => _vocabulary;

    /// <summary>How text is cut before it is merged.</summary>
    public WordSplitting Splitting { get; }

    /// <inheritdoc/>
    public override int Size => _vocabulary.Size;

    /// <summary>GPT-2's and StarCoder's <c>&lt;|endoftext|&gt;</c>; null if there is none.</summary>
    public override int? BosId => IdOf("<|endoftext|>");

    /// <summary>As <see cref="BosId"/>.</summary>
    public override int? EosId => IdOf("<|endoftext|>");

    /// <inheritdoc/>
    public override bool StartsWithSpace => Splitting.AddPrefixSpace;

    /// <summary>Reads a <c>tokenizer.json</c>.</summary>
    /// <exception cref="InvalidDataException">The file is broken, or has something that is not supported, which the message names.</exception>
    public static ByteLevelTokenizer Load(string path)
    {
        var file = TokenizerJson.Load(path);
        return new ByteLevelTokenizer(file.Vocabulary, file.Splitting);
    }

    /// <summary>Reads <c>vocab.json</c> and <c>merges.txt</c>.</summary>
    /// <exception cref="InvalidDataException">A file is broken, or one does not fit the other.</exception>
    public static ByteLevelTokenizer Load(string vocabularyPath, string mergesPath, WordSplitting splitting)
    {
        try
        {
            using var vocabulary = JsonDocument.Parse(File.ReadAllBytes(vocabularyPath));
            return new ByteLevelTokenizer(new ByteLevelVocabulary(TokenizerJson.Tokens(vocabulary.RootElement), ReadMerges(mergesPath)), splitting);
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"{vocabularyPath} with {mergesPath} is not a byte-level vocabulary that can be used: {exception.Message}", exception);
        }
    }

    /// <inheritdoc/>
    public override void Encode(ReadOnlySpan<char> text, TokenBuffer ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        if (!_encoders.TryTake(out var encoder))
        {
            encoder = new ByteLevelEncoder(_vocabulary, Splitting);
        }

        encoder.Encode(text, ids);
        _encoders.Add(encoder);
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> BytesOf(int id) => _vocabulary.BytesOf(id);

    /// <inheritdoc/>
    public override int? IdOf(string token) => _vocabulary.IdOf(token);

    private static List<(string, string)> ReadMerges(string path)
    {
        var merges = new List<(string, string)>();
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            if (line.Length > 0 && !(number == 1 && line.StartsWith("#version", StringComparison.Ordinal)))
            {
                merges.Add(TokenizerJson.Merge(line) ?? throw new NotSupportedException($"line {number} of the merges, '{line}', is not two tokens with a space between them."));
            }
        }

        return merges;
    }
}
