using System.Text;
using Google.Protobuf;
using Ziya.Models.Protos;
using Ziya.Models.Tokenization;
using PieceType = Ziya.Models.Protos.SentencePieceModel.Types.Piece.Types.Type;

namespace Ziya.Models.Tests.Tokenization;

public sealed class SentencePieceTokenizerTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public void Encode_RandomTexts_MergesAsTheObviousWay(bool bytes, bool equalScores)
    {
        var model = TrainedModel.Make(bytes, equalScores);
        var tokenizer = Load(model);
        var random = new Random(7);
        var parts = model.Pieces.Where(piece => piece.Type == PieceType.Normal).Select(piece => piece.Piece_.Replace('▁', ' '))
            .Concat(["学", "f", "\n", "😀", "é", "\uD83D", "\uDE00", "龘", "  ", "~~~~~~~~~~~", "====", "的的的的的的", "a"]).ToArray();
        for (var i = 0; i < 2000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 30)).Select(_ => parts[random.Next(parts.Length)]));

            Assert.Equal(Slow(model, text), tokenizer.Encode(text));
        }
    }

    [Fact]
    public void Encode_LongRunOfOneCharacter_EndsInGoodTime()
    {
        var model = TrainedModel.Make(true, true);

        var ids = Load(model).Encode(new string('~', 1_000_000));

        Assert.Equal(Slow(model, new string('~', 999)), Load(model).Encode(new string('~', 999)));
        Assert.InRange(ids.Length, 100_000, 1_000_000);
    }

    [Fact]
    public void Encode_Nothing_GivesNothing() => Assert.Empty(Load(TrainedModel.Make(true, false)).Encode(""));

    [Fact]
    public void Encode_ManyThreads_GiveTheSame()
    {
        var tokenizer = Load(TrainedModel.Make(true, false));
        var texts = Enumerable.Range(0, 400).Select(i => $"The text {i} 北京大学 {i * i}").ToArray();
        var expected = Array.ConvertAll(texts, text => string.Join(' ', tokenizer.Encode(text)));

        var found = texts.AsParallel().AsOrdered().WithDegreeOfParallelism(8).Select(text => string.Join(' ', tokenizer.Encode(text))).ToArray();

        Assert.Equal(expected, found);
    }

    [Theory]
    [InlineData("The model reads the text.")]
    [InlineData(" two  spaces first, 北京大学的大学生 😀 龘")]
    [InlineData("line\nline\ttab")]
    public void Decode_WhatWasEncoded_IsTheText(string text)
    {
        var tokenizer = Load(TrainedModel.Make(true, false));

        Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text)));
    }

    [Fact]
    public void Decode_BytesOfACharacter_AppearWithTheLast()
    {
        var tokenizer = Load(TrainedModel.Make(true, false));
        var ids = tokenizer.Encode("龘");
        var text = new System.Buffers.ArrayBufferWriter<char>();
        var decoder = new StreamDecoder(tokenizer);

        var lengths = ids.Select(id =>
        {
            decoder.Add(id, text);
            return text.WrittenCount;
        }).ToList();

        Assert.Equal(1, lengths[^1]);
        Assert.All(lengths[..^1], length => Assert.Equal(0, length));
    }

    [Fact]
    public void Decode_HalfACharacter_EndsInReplacement()
    {
        var tokenizer = Load(TrainedModel.Make(true, false));
        var ids = tokenizer.Encode("龘");

        Assert.Equal("\uFFFD", tokenizer.Decode(ids.AsSpan(0, ids.Length - 1)));
    }

    [Theory]
    [InlineData("unigram")]
    [InlineData("normalises")]
    [InlineData("256")]
    [InlineData("no pieces")]
    public void Load_ModelOfAnotherKind_SaysWhy(string reason)
    {
        var model = TrainedModel.Make(true, false);
        switch (reason)
        {
            case "unigram":
                model.Trainer.Model = SentencePieceTrainer.Types.Model.Unigram;
                break;
            case "normalises":
                model.Normalizer.PrecompiledCharsmap = ByteString.CopyFromUtf8("x");
                break;
            case "256":
                model.Pieces.Remove(model.Pieces.First(piece => piece.Type == PieceType.Byte));
                break;
            default:
                model.Pieces.Clear();
                break;
        }

        var thrown = Assert.Throws<InvalidDataException>(() => Load(model));

        Assert.Contains(reason, thrown.Message, StringComparison.Ordinal);
        Assert.Contains(_file, thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_NotAModel_SaysSo()
    {
        File.WriteAllText(_file, "{ \"model\": 1 }");

        Assert.Contains("not a SentencePiece model", Assert.Throws<InvalidDataException>(() => SentencePieceTokenizer.Load(_file)).Message, StringComparison.Ordinal);
    }

    private SentencePieceTokenizer Load(SentencePieceModel model)
    {
        File.WriteAllBytes(_file, model.ToByteArray());
        return SentencePieceTokenizer.Load(_file);
    }

    /// <summary>Merge the neighbours that make the piece of the highest score, leftmost of equals, until none do.</summary>
    private static List<int> Slow(SentencePieceModel model, string text)
    {
        var scores = new Dictionary<string, (float Score, int Id)>();
        for (var id = 0; id < model.Pieces.Count; id++)
        {
            if (model.Pieces[id].Type == PieceType.Normal)
            {
                scores.TryAdd(model.Pieces[id].Piece_, (model.Pieces[id].Score, id));
            }
        }

        var symbols = ("▁" + text.Replace(' ', '▁')).EnumerateRunes().Select(rune => rune.ToString()).ToList();
        while (true)
        {
            var best = -1;
            for (var at = 0; at + 1 < symbols.Count; at++)
            {
                if (scores.TryGetValue(symbols[at] + symbols[at + 1], out var found)
                    && (best < 0 || found.Score > scores[symbols[best] + symbols[best + 1]].Score))
                {
                    best = at;
                }
            }

            if (best < 0)
            {
                return Ids(model, symbols, scores);
            }

            symbols[best] += symbols[best + 1];
            symbols.RemoveAt(best + 1);
        }
    }

    private static List<int> Ids(SentencePieceModel model, List<string> symbols, Dictionary<string, (float Score, int Id)> scores)
    {
        var ids = new List<int>();
        var unknown = false;
        foreach (var symbol in symbols)
        {
            var known = scores.TryGetValue(symbol, out var found);
            if (known)
            {
                ids.Add(found.Id);
            }
            else if (model.Trainer.ByteFallback)
            {
                ids.AddRange(Encoding.UTF8.GetBytes(symbol).Select(value => 3 + value));
            }
            else if (!unknown)
            {
                ids.Add(0);
            }

            unknown = !known;
        }

        return ids;
    }
}
