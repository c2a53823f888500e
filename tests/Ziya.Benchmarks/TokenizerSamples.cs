using Ziya.Models.Tokenization;
using Ziya.Models.Tokenization.Training;

namespace Ziya.Benchmarks;

/// <summary><c>tokenize train FOLDER</c>: trains the two vocabularies of samples/tokenizers on the lines that lie there.</summary>
internal static class TokenizerSamples
{
    /// <summary>Writes FOLDER/llama/tokenizer.model and FOLDER/code/tokenizer.json; the exit code.</summary>
    public static int Train(string folder)
    {
        var lines = File.ReadAllLines(Path.Combine(folder, "lines.txt"));
        File.WriteAllBytes(Path.Combine(folder, "llama", "tokenizer.model"), SentencePieceTraining.Train(lines, new TrainingOptions { Size = 1200 }));
        var code = ByteLevelTraining.Train(lines, new TrainingOptions { Size = 1000, Splitting = new WordSplitting { Digits = DigitSplit.Each } });
        File.WriteAllText(Path.Combine(folder, "code", "tokenizer.json"), code.Tokenizer());
        return 0;
    }
}
