using System.Text;
using Google.Protobuf;
using Ziya.Models.Protos;
using Piece = Ziya.Models.Protos.SentencePieceModel.Types.Piece;
using PieceType = Ziya.Models.Protos.SentencePieceModel.Types.Piece.Types.Type;

namespace Ziya.Models.Tokenization.Training;

/// <summary>
/// Trains a small <c>tokenizer.model</c> of the kind LLaMA has: SentencePiece BPE with byte fallback, which SentencePiece's own programs
/// load. Equal texts give equal bytes.
/// </summary>
/// <remarks>
/// <list type="number">
/// <item>Ids 0 to 2 are <c>&lt;unk&gt;</c>, <c>&lt;s&gt;</c> and <c>&lt;/s&gt;</c>, the next 256 the bytes.</item>
/// <item>Characters are kept, the most frequent first, until they cover 99.95 % of the text (SentencePiece's default for European texts) or
/// half of the places; others are left to the bytes.</item>
/// <item>The remaining places are merges within words (<see cref="BpeTrainer"/>), scored by their order; characters follow.</item>
/// </list>
/// </remarks>
public static class SentencePieceTraining
{
    private const double Coverage = 0.9995;
    private const int Bytes = 256;

    /// <summary>The bytes of a <c>tokenizer.model</c>.</summary>
    public static byte[] Train(IEnumerable<string> texts, TrainingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var words = WordCounts.Of(texts.Select(text => text.StartsWith(' ') ? text : " " + text), DigitSplit.None);

        // 1.
        var model = new SentencePieceModel
        {
            Trainer = new SentencePieceTrainer { Model = SentencePieceTrainer.Types.Model.Bpe, ByteFallback = true, UnkId = 0, BosId = 1, EosId = 2, PadId = -1 },
            Normalizer = new SentencePieceNormalizer { Name = "identity", AddDummyPrefix = true, RemoveExtraWhitespaces = false, EscapeWhitespaces = true },
        };
        model.Pieces.Add(new Piece { Piece_ = "<unk>", Score = 0, Type = PieceType.Unknown });
        model.Pieces.Add(new Piece { Piece_ = "<s>", Score = 0, Type = PieceType.Control });
        model.Pieces.Add(new Piece { Piece_ = "</s>", Score = 0, Type = PieceType.Control });
        for (var value = 0; value < Bytes; value++)
        {
            model.Pieces.Add(new Piece { Piece_ = $"<0x{value:X2}>", Score = 0, Type = PieceType.Byte });
        }

        // 2.
        var places = options.Size - model.Pieces.Count;
        var characters = Characters(words, places / 2);

        // 3.
        foreach (var (piece, rank) in Merges(words, characters, places - characters.Count, options.Longest).Concat(characters).Select((piece, rank) => (piece, rank)))
        {
            model.Pieces.Add(new Piece { Piece_ = piece, Score = -rank, Type = PieceType.Normal });
        }

        model.Trainer.VocabularySize = model.Pieces.Count;
        return model.ToByteArray();
    }

    private static List<string> Characters(SortedDictionary<string, long> words, int most)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (word, count) in words)
        {
            foreach (var rune in Spell(word).EnumerateRunes())
            {
                counts[rune.ToString()] = counts.GetValueOrDefault(rune.ToString()) + count;
            }
        }

        var kept = new List<string>();
        var left = counts.Values.Sum() * Coverage;
        foreach (var (character, count) in counts.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).Take(most))
        {
            if (left <= 0)
            {
                break;
            }

            kept.Add(character);
            left -= count;
        }

        return kept;
    }

    private static List<string> Merges(SortedDictionary<string, long> words, List<string> characters, int count, int longest)
    {
        var trainer = new BpeTrainer();
        var symbols = characters.ToDictionary(character => character, character => trainer.Symbol(Encoding.UTF8.GetBytes(character)), StringComparer.Ordinal);
        foreach (var (word, times) in words)
        {
            // A word ends where a character is not kept.
            var part = new List<int>();
            foreach (var rune in Spell(word).EnumerateRunes())
            {
                if (symbols.TryGetValue(rune.ToString(), out var symbol))
                {
                    part.Add(symbol);
                    continue;
                }

                trainer.Add([.. part], times);
                part.Clear();
            }

            trainer.Add([.. part], times);
        }

        return [.. trainer.Train(count, longest).Select(merge => merge.Made).Distinct().Select(made => Encoding.UTF8.GetString(trainer.Text(made)))];
    }

    private static string Spell(string word) => word.Replace(' ', SentencePieceTokenizer.Space);
}
