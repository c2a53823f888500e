using Microsoft.ML.Tokenizers;

namespace Ziya.Models.Tokenization;

/// <summary>
/// The encoders of Microsoft.ML.Tokenizers behind the same interface. Names, bytes and ids of tokens are those of the tokenizer it stands in for; only
/// <see cref="Encode"/> is theirs. Compiled where the package registry has the package.
/// </summary>
internal sealed class MicrosoftTokenizer : Tokenizer
{
    private readonly Tokenizer _own;
    private readonly Microsoft.ML.Tokenizers.Tokenizer _theirs;

    private MicrosoftTokenizer(Tokenizer own, Microsoft.ML.Tokenizers.Tokenizer theirs)
    {
        _own = own;
        _theirs = theirs;
    }

    /// <inheritdoc/>
    public override int Size => _own.Size;

    /// <inheritdoc/>
    public override int? BosId => _own.BosId;

    /// <inheritdoc/>
    public override int? EosId => _own.EosId;

    /// <inheritdoc/>
    public override bool StartsWithSpace => _own.StartsWithSpace;

    /// <summary>Their LLaMA tokenizer over a <c>tokenizer.model</c>. It puts a space in front of every part of a text, as <see cref="TokenizerSwitches.Legacy"/> does.</summary>
    public static MicrosoftTokenizer Of(SentencePieceTokenizer own, string path)
    {
        using var model = File.OpenRead(path);
        return new MicrosoftTokenizer(own, LlamaTokenizer.Create(model, addBeginOfSentence: false));
    }

    /// <summary>Their byte-level merges, within the words of ours.</summary>
    /// <exception cref="NotSupportedException">The text is changed first, which is not done here.</exception>
    public static MicrosoftTokenizer Of(ByteLevelTokenizer own)
    {
        if (own.Splitting is { AddPrefixSpace: true } or { Compose: true } or { WholeWords: true })
        {
            throw new NotSupportedException("a space in front, composed characters and words before merges are not offered with Microsoft.ML.Tokenizers.");
        }

        var names = own.Vocabulary.Ids.ToDictionary(pair => pair.Value, pair => pair.Key);
        return new MicrosoftTokenizer(own, BpeTokenizer.Create(new BpeOptions(own.Vocabulary.Ids)
        {
            ByteLevel = true,
            Merges = own.Vocabulary.Merges.InOrder().Select(merge => $"{names[merge.Left]} {names[merge.Right]}"),
            PreTokenizer = new Words(own.Splitting),
        }));
    }

    /// <inheritdoc/>
    public override void Encode(ReadOnlySpan<char> text, TokenBuffer ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        foreach (var id in _theirs.EncodeToIds(text))
        {
            ids.Add(id);
        }
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> BytesOf(int id) => _own.BytesOf(id);

    /// <inheritdoc/>
    public override int? IdOf(string token) => _own.IdOf(token);

    private sealed class Words(WordSplitting splitting) : PreTokenizer
    {
        public override IEnumerable<(int Offset, int Length)> PreTokenize(string text) => PreTokenize(text.AsSpan());

        public override IEnumerable<(int Offset, int Length)> PreTokenize(ReadOnlySpan<char> text)
        {
            var words = new List<(int, int)>();
            for (var part = 0; part < text.Length;)
            {
                var end = part + splitting.NextPart(text[part..]);
                for (; part < end; part += words[^1].Item2)
                {
                    words.Add((part, splitting.NextWord(text[part..end])));
                }
            }

            return words;
        }
    }
}
