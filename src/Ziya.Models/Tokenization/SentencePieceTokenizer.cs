using System.Collections.Concurrent;
using Google.Protobuf;
using Ziya.Models.Protos;

namespace Ziya.Models.Tokenization;

/// <summary>
/// SentencePiece byte-pair encoding with byte fallback, as LLaMA and the Ziya models made from it use (Kudo and Richardson 2018,
/// arXiv:1808.06226). Gives the ids of SentencePiece's own <c>spm_encode</c>.
/// </summary>
/// <remarks>
/// <list type="number">
/// <item>Put a space in front of the text, write spaces as <c>▁</c> and lone surrogates as U+FFFD.</item>
/// <item>Cut it into segments where no token has the two characters on either side (<see cref="PairFilter"/>).</item>
/// <item>A segment of one character is looked up, a short one is looked for among those met before.</item>
/// <item>Others are merged: the token of the highest score first, the leftmost of equals (<see cref="Merger"/>).</item>
/// <item>Characters that are no token become the tokens of their UTF-8 bytes; without those, each run of them one unknown token.</item>
/// </list>
/// </remarks>
public sealed class SentencePieceTokenizer : Tokenizer
{
    internal const char Space = '▁';

    private readonly SentencePieceVocabulary _vocabulary;
    private readonly ConcurrentBag<SentencePieceEncoder> _encoders = [];

    private SentencePieceTokenizer(SentencePieceVocabulary vocabulary) => _vocabulary = vocabulary;

    /// <inheritdoc/>
    public override int Size => _vocabulary.Size;

    /// <inheritdoc/>
    public override int? BosId => _vocabulary.BosId;

    /// <inheritdoc/>
    public override int? EosId => _vocabulary.EosId;

    /// <inheritdoc/>
    public override bool StartsWithSpace => _vocabulary.AddsPrefix;

    /// <summary>Reads a <c>tokenizer.model</c>.</summary>
    /// <exception cref="InvalidDataException">The file is no SentencePiece model, or one of a kind that is not supported.</exception>
    public static SentencePieceTokenizer Load(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            return new SentencePieceTokenizer(new SentencePieceVocabulary(SentencePieceModel.Parser.ParseFrom(file)));
        }
        catch (Exception exception) when (exception is InvalidProtocolBufferException or NotSupportedException)
        {
            throw new InvalidDataException($"{path} is not a SentencePiece model that can be used: {exception.Message}", exception);
        }
    }

    /// <inheritdoc/>
    public override void Encode(ReadOnlySpan<char> text, TokenBuffer ids) => Encode(text, ids, true);

    /// <summary>As <see cref="Encode(ReadOnlySpan{char}, TokenBuffer)"/>; without the space in front for what follows a special token in tokenizers that are not "legacy".</summary>
    public void Encode(ReadOnlySpan<char> text, TokenBuffer ids, bool prefix)
    {
        ArgumentNullException.ThrowIfNull(ids);
        if (!_encoders.TryTake(out var encoder))
        {
            encoder = new SentencePieceEncoder(_vocabulary);
        }

        encoder.Encode(text, ids, prefix);
        _encoders.Add(encoder);
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> BytesOf(int id) => _vocabulary.BytesOf(id);

    /// <inheritdoc/>
    public override int? IdOf(string token) => _vocabulary.IdOf(token);
}
