using System.Text;
using Google.Protobuf;
using Ziya.Models.Protos;
using Piece = Ziya.Models.Protos.SentencePieceModel.Types.Piece;
using PieceType = Ziya.Models.Protos.SentencePieceModel.Types.Piece.Types.Type;

namespace Ziya.Models.Tokenization.Training;

/// <summary>
/// Adds Chinese characters to a SentencePiece vocabulary, as the card of Ziya-LLaMA-13B-v1 describes it: LLaMA writes most of them as three bytes each, so that common ones, which the vocabulary lacks,
/// are added, from 32,000 to 39,410 ids.
/// </summary>
/// <remarks>
/// <list type="number">
/// <item>Characters that are pieces already are left out, the others added in the order given, at the end: no id changes.</item>
/// <item>Each is a piece of one character with a score below all others, falling by one. BPE merges what makes a longer piece, and none is added: what is text of old pieces alone comes out with the
/// same ids as before, and what was merged stays so.</item>
/// </list>
/// </remarks>
public static class VocabularyExtension
{
    /// <summary>The pieces of a vocabulary.</summary>
    /// <exception cref="InvalidDataException">The bytes are no SentencePiece model with byte-pair encoding.</exception>
    public static int Size(ReadOnlySpan<byte> model) => Parse(model).Pieces.Count;

    /// <summary>The bytes of a <c>tokenizer.model</c> with more characters.</summary>
    /// <param name="model">The bytes of the one to extend.</param>
    /// <param name="characters">Characters, the most wanted first.</param>
    /// <param name="size">Most pieces of the result.</param>
    /// <param name="added">The characters added.</param>
    public static byte[] Extend(ReadOnlySpan<byte> model, IEnumerable<Rune> characters, int size, out IReadOnlyList<Rune> added)
    {
        ArgumentNullException.ThrowIfNull(characters);
        var extended = Parse(model);
        var known = extended.Pieces.Select(piece => piece.Piece_).ToHashSet(StringComparer.Ordinal);

        // 1.
        added = [.. characters.Where(character => known.Add(character.ToString())).Take(Math.Max(0, size - extended.Pieces.Count))];

        // 2. Whole numbers stay exact in 32 bits up to 16 million.
        var score = (float)Math.Floor(extended.Pieces.Min(piece => piece.Score));
        foreach (var character in added)
        {
            extended.Pieces.Add(new Piece { Piece_ = character.ToString(), Score = --score, Type = PieceType.Normal });
        }

        extended.Trainer.VocabularySize = extended.Pieces.Count;
        return extended.ToByteArray();
    }

    private static SentencePieceModel Parse(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var model = SentencePieceModel.Parser.ParseFrom(bytes.ToArray());
            return model is { Pieces.Count: > 0, Trainer.Model: SentencePieceTrainer.Types.Model.Bpe } ? model
                : throw new InvalidDataException("it is no SentencePiece model with byte-pair encoding, as LLaMA has.");
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw new InvalidDataException($"it is no SentencePiece model: {exception.Message}", exception);
        }
    }
}
