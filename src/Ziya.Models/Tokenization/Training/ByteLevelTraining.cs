using System.Text;

namespace Ziya.Models.Tokenization.Training;

/// <summary>
/// Trains a small byte-level vocabulary of the kind GPT-2 and StarCoder have. Equal texts give equal files.
/// </summary>
/// <remarks>
/// <list type="number">
/// <item>The first ids are the special tokens, the next 256 the bytes.</item>
/// <item>The remaining places are merges within words (<see cref="BpeTrainer"/>).</item>
/// </list>
/// </remarks>
public static class ByteLevelTraining
{
    /// <summary>The files of a vocabulary.</summary>
    public static ByteLevelFiles Train(IEnumerable<string> texts, TrainingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);

        // 1.
        var trainer = new BpeTrainer();
        for (var value = 0; value < 256; value++)
        {
            trainer.Symbol([(byte)value]);
        }

        foreach (var (word, count) in WordCounts.Of(texts, options.Splitting.Digits))
        {
            trainer.Add(Array.ConvertAll(Encoding.UTF8.GetBytes(word), value => (int)value), count);
        }

        // 2.
        var merges = trainer.Train(options.Size - 256 - options.Special.Count, options.Longest).ToList();
        var tokens = options.Special.Concat(Enumerable.Range(0, 256).Concat(merges.Select(merge => merge.Made).Distinct()).Select(Name));
        return new ByteLevelFiles([.. tokens], [.. merges.Select(merge => (Name(merge.Left), Name(merge.Right)))], options);

        string Name(int symbol) => ByteAlphabet.Write(trainer.Text(symbol));
    }
}
