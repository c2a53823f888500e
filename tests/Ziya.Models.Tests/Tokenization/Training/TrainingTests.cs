using Ziya.Models.Tokenization;
using Ziya.Models.Tokenization.Training;

namespace Ziya.Models.Tests.Tokenization.Training;

public sealed class TrainingTests
{
    private static readonly string[] Texts =
    [
        "low low low low low lower lower newest newest newest newest newest newest widest widest widest",
        "aaaa aaaa aaa 北京大学的大学生在北京学习，北京的大学。",
        "it's 2026 and 2026 again; 😀😀😀 😀",
    ];

    [Fact]
    public void Train_RandomWords_MergesAsTheObviousWay()
    {
        var random = new Random(9);
        for (var i = 0; i < 100; i++)
        {
            var words = Enumerable.Range(0, random.Next(1, 30))
                .Select(_ => (Symbols: Enumerable.Range(0, random.Next(0, 12)).Select(_ => random.Next(4)).ToArray(), Count: (long)random.Next(1, 5))).ToList();
            var trainer = new BpeTrainer();
            for (var symbol = 0; symbol < 4; symbol++)
            {
                trainer.Symbol([(byte)symbol]);
            }

            foreach (var (symbols, count) in words)
            {
                trainer.Add(symbols, count);
            }

            var merges = trainer.Train(20, 8).Select(merge => (Convert.ToHexString(trainer.Text(merge.Left)), Convert.ToHexString(trainer.Text(merge.Right)))).ToList();

            Assert.Equal(Slow(words, 20, 8), merges);
        }
    }

    [Fact]
    public void Train_ByteLevel_LoadsFromEitherKindOfFiles()
    {
        var folder = Directory.CreateTempSubdirectory("ziya-train").FullName;
        var options = new TrainingOptions { Size = 300, Special = ["<|endoftext|>", "<|Human|>"], Splitting = new WordSplitting { Digits = DigitSplit.Each } };
        ByteLevelTraining.Train(Texts, options).Save(folder);

        var one = ByteLevelTokenizer.Load(Path.Combine(folder, "tokenizer.json"));
        var two = ByteLevelTokenizer.Load(Path.Combine(folder, "vocab.json"), Path.Combine(folder, "merges.txt"), options.Splitting);
        Directory.Delete(folder, true);

        Assert.All(Texts, text => Assert.Equal(one.Encode(text), two.Encode(text)));
        Assert.All(Texts, text => Assert.Equal(text, one.Decode(one.Encode(text))));
        Assert.InRange(one.Size, 270, 300);
        Assert.Equal((0, 1), (one.IdOf("<|endoftext|>"), one.IdOf("<|Human|>")));
        Assert.Single(one.Encode(" newest"));
    }

    [Fact]
    public void Train_SentencePiece_HasFewerBytesThanCharacters()
    {
        var path = Path.GetTempFileName();
        File.WriteAllBytes(path, SentencePieceTraining.Train(Texts, new TrainingOptions { Size = 340 }));
        var tokenizer = SentencePieceTokenizer.Load(path);
        File.Delete(path);

        Assert.InRange(tokenizer.Size, 300, 340);
        Assert.NotNull(tokenizer.IdOf("▁newest"));
        Assert.NotNull(tokenizer.IdOf("大学"));
        Assert.All(Texts, text => Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text))));
    }

    [Fact]
    public void Train_NoText_GivesTheBytes()
    {
        Assert.Equal(257, ByteLevelTraining.Train([], new TrainingOptions()).Tokens.Count);
        Assert.NotEmpty(SentencePieceTraining.Train([], new TrainingOptions()));
    }

    private static List<(string, string)> Slow(List<(int[] Symbols, long Count)> words, int symbols, int longest)
    {
        var spelled = words.Select(word => (Symbols: word.Symbols.Select(symbol => symbol.ToString("X2", null)).ToList(), word.Count)).ToList();
        var made = new HashSet<string>();
        var merges = new List<(string, string)>();
        while (made.Count < symbols)
        {
            var best = spelled.SelectMany(word => word.Symbols.Zip(word.Symbols.Skip(1)).Select(pair => (Pair: pair, word.Count)))
                .GroupBy(pair => pair.Pair, pair => pair.Count).Where(group => group.Sum() >= 2 && group.Key.First.Length + group.Key.Second.Length <= longest * 2)
                .OrderByDescending(group => group.Sum()).ThenByDescending(group => group.Key.First, StringComparer.Ordinal).ThenByDescending(group => group.Key.Second, StringComparer.Ordinal)
                .FirstOrDefault()?.Key;
            if (best is not { } pair)
            {
                break;
            }

            merges.Add(pair);
            made.Add(pair.First + pair.Second);
            foreach (var (word, _) in spelled)
            {
                for (var at = 0; at + 1 < word.Count; at++)
                {
                    if ((word[at], word[at + 1]) == pair)
                    {
                        word[at] += word[at + 1];
                        word.RemoveAt(at + 1);
                    }
                }
            }
        }

        return merges;
    }
}
