using System.Numerics;
using System.Runtime.InteropServices;
using Ziya.Corpus.Scoring;

namespace Ziya.Benchmarks;

/// <summary>
/// Trains an <see cref="NgramModel"/>: multinomial logistic regression by stochastic gradient descent with Adagrad step sizes
/// (Duchi, Hazan, Singer, JMLR 12, 2011) on pieces of 1 to 40 words, because short lines are what a model must learn.
/// </summary>
internal sealed class LanguageTrainer
{
    private const int Seed = 42;
    private const int MaxWords = 40;
    private const float Rate = 0.1f;
    private const float StartOfSquares = 1e-3f;

    // Some of the features are left out of every piece: the declaration alone would be learnt by heart.
    private const double Dropout = 0.2;
    private const int PiecesPerLanguage = 12_000;

    // 15 levels without the lowest are 275 kB in place of 580 kB for 31, and no worse on texts that were held out.
    private const int Levels = 15;
    private const int LowestLevel = 2;

    // Brings the confidence nearer to the share of right answers on texts unlike those of the training.
    private const float Sharpening = 1.5f;

    // What a crawl holds: without a prior one line of English in forty went to a small language.
    private static readonly Dictionary<string, int> Priors = new()
    {
        ["en"] = 8,
        ["ru"] = 3,
        ["he"] = 3,
        ["ar"] = 2,
        ["de"] = 2,
        ["es"] = 2,
        ["fr"] = 2,
        ["hi"] = 2,
        ["id"] = 2,
        ["it"] = 2,
        ["nl"] = 2,
        ["no"] = 2,
        ["pl"] = 2,
        ["pt"] = 2,
        ["sv"] = 2,
        ["tr"] = 2,
        ["vi"] = 2,
    };

    private readonly string[] _languages;
    private readonly List<(string[] Words, bool IsList)>[] _sources;
    private readonly WritingScript _script;
    private readonly int _bits;
    private readonly int _stride;
    private readonly float[] _weights;
    private readonly float[] _squares;
    private readonly float[] _biases;
    private readonly Random _random = new(Seed);

    private LanguageTrainer(WritingScript script, int bits, LanguageTexts texts)
    {
        (_script, _bits) = (script, bits);
        var all = texts.Languages.Select(l => (Language: l, Sources: WordsOf(texts.Sources(l))))
            .Where(l => l.Sources.Count > 0).ToArray();
        _languages = [.. all.Select(l => l.Language)];
        _sources = [.. all.Select(l => l.Sources)];
        _stride = NgramModel.Stride(_languages.Length);
        _weights = new float[_stride << bits];
        _squares = new float[_stride << bits];
        Array.Fill(_squares, StartOfSquares);
        _biases = new float[_stride];
    }

    /// <summary>Trains the model of a script on the languages that have text in it.</summary>
    public static NgramModel Train(WritingScript script, int bits, LanguageTexts texts)
    {
        var trainer = new LanguageTrainer(script, bits, texts);
        trainer.Run();
        return trainer.Quantize();
    }

    private List<(string[] Words, bool IsList)> WordsOf(IReadOnlyList<string[]> sources)
    {
        var all = new List<(string[], bool)>();
        foreach (var lines in sources)
        {
            var words = new List<string>();
            foreach (var line in lines)
            {
                var scanner = new WordScanner(line, _script);
                while (scanner.MoveNext())
                {
                    if (!scanner.IsNoise)
                    {
                        words.Add(scanner.Word.ToString());
                    }
                }
            }

            // Fewer are names quoted in another script. The declaration is the first source and tells the script of a language.
            if (words.Count > lines.Length / 2)
            {
                all.Add(([.. words], words.Count < lines.Length * 1.5));
            }
            else if (all.Count == 0)
            {
                break;
            }
        }

        return all;
    }

    private void Run()
    {
        var order = Enumerable.Range(0, _languages.Length)
            .SelectMany(l => Enumerable.Repeat(l, Priors.GetValueOrDefault(_languages[l], 1))).ToArray();
        var rows = new int[NgramFeatures.MaxRows * MaxWords];
        var steps = order.Length * PiecesPerLanguage;
        for (var step = 0; step < steps; step++)
        {
            var language = order[_random.Next(order.Length)];
            var count = Piece(_sources[language], rows);
            if (count > 0)
            {
                Step(language, rows.AsSpan(0, count), Rate * (1 - (0.9f * step / steps)));
            }
        }
    }

    // Rows of some words in a row out of one source; the large sources are taken more often, by the root of their size.
    private int Piece(List<(string[] Words, bool IsList)> sources, Span<int> rows)
    {
        var pick = _random.NextDouble() * sources.Sum(s => Math.Sqrt(s.Words.Length));
        var source = 0;
        while (source < sources.Count - 1 && (pick -= Math.Sqrt(sources[source].Words.Length)) > 0)
        {
            source++;
        }

        var (words, isList) = sources[source];
        var length = (int)Math.Exp(_random.NextDouble() * Math.Log(MaxWords + 1));
        var start = _random.Next(Math.Max(1, words.Length - length));
        var count = 0;
        for (var i = 0; i < Math.Min(length, words.Length); i++)
        {
            var word = words[isList ? _random.Next(words.Length) : start + i];
            var end = count + NgramFeatures.Extract(word, _bits, rows[count..]);
            for (var r = count; r < end; r++)
            {
                if (_random.NextDouble() >= Dropout)
                {
                    rows[count++] = rows[r];
                }
            }
        }

        return count;
    }

    private void Step(int language, ReadOnlySpan<int> rows, float rate)
    {
        Span<float> gradient = stackalloc float[_stride];
        var x = 1 / MathF.Sqrt(rows.Length);
        Probabilities(rows, x, gradient);
        gradient[language] -= 1;
        for (var i = 0; i < _languages.Length; i++)
        {
            _biases[i] -= 0.002f * gradient[i];
            gradient[i] *= x;
        }

        var steps = MemoryMarshal.Cast<float, Vector<float>>(gradient);
        foreach (var row in rows)
        {
            var weights = MemoryMarshal.Cast<float, Vector<float>>(_weights.AsSpan(row * _stride, _stride));
            var squares = MemoryMarshal.Cast<float, Vector<float>>(_squares.AsSpan(row * _stride, _stride));
            for (var i = 0; i < steps.Length; i++)
            {
                squares[i] += steps[i] * steps[i];
                weights[i] -= rate * steps[i] / Vector.SquareRoot(squares[i]);
            }
        }
    }

    private void Probabilities(ReadOnlySpan<int> rows, float x, Span<float> result)
    {
        result.Clear();
        var sums = MemoryMarshal.Cast<float, Vector<float>>(result);
        foreach (var row in rows)
        {
            var weights = MemoryMarshal.Cast<float, Vector<float>>(_weights.AsSpan(row * _stride, _stride));
            for (var i = 0; i < sums.Length; i++)
            {
                sums[i] += weights[i];
            }
        }

        var total = 0f;
        var max = float.NegativeInfinity;
        for (var i = 0; i < _languages.Length; i++)
        {
            result[i] = (result[i] * x) + _biases[i];
            max = Math.Max(max, result[i]);
        }

        for (var i = 0; i < _languages.Length; i++)
        {
            result[i] = MathF.Exp(result[i] - max);
            total += result[i];
        }

        for (var i = 0; i < _stride; i++)
        {
            result[i] = i < _languages.Length ? result[i] / total : 0;
        }
    }

    // The largest weights (one in two thousand) are clipped, which leaves finer levels for all the others.
    private NgramModel Quantize()
    {
        var sizes = _weights.Where(w => w != 0).Select(Math.Abs).Order().ToArray();
        var scale = sizes[(int)(sizes.Length * 0.9995)] / Levels;
        var weights = new sbyte[_weights.Length];
        for (var row = 0; row < 1 << _bits; row++)
        {
            for (var i = 0; i < _languages.Length; i++)
            {
                var at = (row * _stride) + i;
                var level = Math.Clamp(MathF.Round(_weights[at] / scale), -Levels, Levels);
                weights[at] = (sbyte)(Math.Abs(level) < LowestLevel ? 0 : level);
            }
        }

        return new NgramModel(_script, _languages, [.. _biases[.._languages.Length].Select(b => b * Sharpening)], _bits, scale * Sharpening, weights);
    }
}
