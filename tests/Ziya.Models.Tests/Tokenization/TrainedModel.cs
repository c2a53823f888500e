using Google.Protobuf;
using Ziya.Models.Protos;
using Ziya.Models.Tokenization;
using Piece = Ziya.Models.Protos.SentencePieceModel.Types.Piece;
using PieceType = Ziya.Models.Protos.SentencePieceModel.Types.Piece.Types.Type;

namespace Ziya.Models.Tests.Tokenization;

/// <summary>A small SentencePiece model whose merges are counted on a few sentences in both languages.</summary>
internal static class TrainedModel
{
    private const string Text = """
        The model reads the text and the tokens of the text, then it writes the text again. There are spaces    in runs, tabs	and ~~~~ ==== ---- signs.
        模型读入文本，把文本切成词元，再把词元写回文本。文本里有文字，也有标点。北京大学的大学生在北京学习。
        https://example.com/a/b?c=d&e=f 12345 2026-11-23 3.14159 ……。。。！！
        """;

    public static SentencePieceModel Make(bool bytes, bool equalScores)
    {
        var model = new SentencePieceModel
        {
            Trainer = new SentencePieceTrainer { Model = SentencePieceTrainer.Types.Model.Bpe, ByteFallback = bytes, UnkId = 0, BosId = 1, EosId = 2 },
            Normalizer = new SentencePieceNormalizer { Name = "identity", AddDummyPrefix = true, RemoveExtraWhitespaces = false, EscapeWhitespaces = true },
        };
        model.Pieces.Add(new Piece { Piece_ = "<unk>", Type = PieceType.Unknown });
        model.Pieces.Add(new Piece { Piece_ = "<s>", Type = PieceType.Control });
        model.Pieces.Add(new Piece { Piece_ = "</s>", Type = PieceType.Control });
        for (var value = 0; bytes && value < 256; value++)
        {
            model.Pieces.Add(new Piece { Piece_ = $"<0x{value:X2}>", Type = PieceType.Byte });
        }

        var merged = Merges(Text.Replace(' ', '▁'), 150);
        foreach (var (piece, rank) in merged.Select((piece, rank) => (piece, rank)))
        {
            model.Pieces.Add(new Piece { Piece_ = piece, Score = equalScores ? -(rank / 40) : -rank, Type = PieceType.Normal });
        }

        // 学 stays out, so that 大学 holds a character that is no token.
        foreach (var rune in Text.Replace(' ', '▁').EnumerateRunes().Distinct().Where(rune => rune.ToString() is not ("学" or "\n" or "f")))
        {
            model.Pieces.Add(new Piece { Piece_ = rune.ToString(), Score = -1000 - model.Pieces.Count, Type = PieceType.Normal });
        }

        return model;
    }

    /// <summary>The model as a tokenizer.</summary>
    public static SentencePieceTokenizer Open()
    {
        var file = Path.GetTempFileName();
        File.WriteAllBytes(file, Make(true, false).ToByteArray());
        var tokenizer = SentencePieceTokenizer.Load(file);
        File.Delete(file);
        return tokenizer;
    }

    private static List<string> Merges(string text, int count)
    {
        var symbols = text.EnumerateRunes().Select(rune => rune.ToString()).ToList();
        var made = new List<string>();
        while (made.Count < count)
        {
            var best = symbols.Zip(symbols.Skip(1), (left, right) => (left, right))
                .Where(pair => !pair.left.Contains('\n') && !pair.right.Contains('\n') && (!pair.right.StartsWith('▁') || pair.left.EndsWith('▁')))
                .GroupBy(pair => pair).OrderByDescending(group => group.Count()).ThenBy(group => group.Key.left + group.Key.right, StringComparer.Ordinal).First().Key;
            for (var at = 0; at + 1 < symbols.Count; at++)
            {
                if ((symbols[at], symbols[at + 1]) == best)
                {
                    symbols[at] += symbols[at + 1];
                    symbols.RemoveAt(at + 1);
                }
            }

            if (!made.Contains(best.left + best.right))
            {
                made.Add(best.left + best.right);
            }
        }

        return made;
    }
}
