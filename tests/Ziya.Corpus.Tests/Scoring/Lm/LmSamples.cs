using System.Text;
using Ziya.Corpus.Scoring.Lm;
using Ziya.Corpus.Tests.Fixtures;

namespace Ziya.Corpus.Tests.Scoring.Lm;

/// <summary>Models of samples/lm and of other lines.</summary>
internal sealed class LmSamples : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("ziya-lm-").FullName;

    public static string[] Lines(string name) => File.ReadAllLines(Path.Combine(SampleCorpus.Folder, "..", "lm", name));

    public static LmTokens Tokens(string name) => LmTokens.Of(name, path => throw new InvalidDataException($"{path} is no tokenizer"));

    public string PathOf(string name) => Path.Combine(Folder, name);

    public LmTrainOptions Options(int order, params int[] prune) => new() { Order = order, Prune = prune, Fallback = [0.5f, 1, 1.5f], Scratch = Folder };

    public static IReadOnlyList<(long Grams, float[] Discounts)> Train(LmTrainOptions options, string tokens, IEnumerable<string> lines, params ILmSink[] sinks)
    {
        using var trainer = new LmTrainer(options, Tokens(tokens));
        foreach (var line in lines)
        {
            trainer.Add(Encoding.UTF8.GetBytes(line));
        }

        return trainer.Estimate(sinks);
    }

    /// <summary>A model's file.</summary>
    public string Train(string name, LmTrainOptions options, string tokens, IEnumerable<string> lines)
    {
        using var builder = new LmBuilder(PathOf(name), Tokens(tokens));
        Train(options, tokens, lines, builder);
        return PathOf(name);
    }

    public static double Score(LanguageModel model, string line, out int unknown)
    {
        var ids = new List<int>();
        Tokens(model.Header.Cut).Cut(Encoding.UTF8.GetBytes(line), model.Vocabulary, false, ids);
        return model.Score([.. ids], out unknown, out _);
    }

    public void Dispose() => Directory.Delete(Folder, true);

    /// <summary>N-grams by their tokens, with spaces between.</summary>
    internal sealed class Collector : Dictionary<string, (float Probability, float Backoff)>, ILmSink
    {
        private LmVocabulary _vocabulary = new();

        public IReadOnlyList<long> Counts { get; private set; } = [];

        public void Begin(IReadOnlyList<long> counts, LmVocabulary vocabulary) => (Counts, _vocabulary) = (counts, vocabulary);

        public void Add(ReadOnlySpan<int> ids, float probability, float backoff, bool extends) =>
            Add(string.Join(' ', ids.ToArray().Select(id => Encoding.UTF8.GetString(_vocabulary[id]))), (probability, backoff));

        public void End()
        {
        }
    }
}
