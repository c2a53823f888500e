namespace Ziya.Corpus.Scoring.Classification;

/// <summary>
/// Trains a <see cref="LinearClassifier"/> by stochastic gradients with AdaGrad steps (Duchi et al. 2011), on one thread in an order that the seed decides, so that equal texts give equal bytes.
/// fastText's recipe (Joulin et al. 2016, arXiv:1607.01759) without its embeddings: of few labels they are no less but a factor of the same linear function, which without them is convex, has no
/// random beginning, and costs one number a label and n-gram instead of a hundred.
/// </summary>
internal static class ClassifierTrainer
{
    /// <summary>Trains and calibrates.</summary>
    /// <param name="texts">Texts with the numbers of their labels.</param>
    /// <param name="labels">The labels.</param>
    /// <param name="options">How.</param>
    /// <param name="report">What was measured on the texts held out.</param>
    /// <exception cref="InvalidDataException">There are too few texts or labels.</exception>
    public static LinearClassifier Train(IReadOnlyList<(string Text, int Label)> texts, IReadOnlyList<string> labels, ClassifierOptions options, out ClassifierReport report)
    {
        var random = new Random(options.Seed);
        var order = Enumerable.Range(0, texts.Count).ToArray();
        random.Shuffle(order);
        var held = order[..(int)Math.Ceiling(texts.Count * options.HeldOut)];
        var taught = order[held.Length..];
        var missing = labels.Count < 2 ? -1 : Enumerable.Range(0, labels.Count).FirstOrDefault(label => !Array.Exists(taught, at => texts[at].Label == label), -1);
        if (labels.Count < 2 || missing >= 0)
        {
            throw new InvalidDataException(labels.Count < 2 ? "two labels at least are needed to tell texts apart." : $"too few texts of label '{labels[missing]}': all of them are held out.");
        }

        if (labels.Count > LinearClassifier.MostLabels || (long)labels.Count << options.Bits > LinearClassifier.MostWeights)
        {
            throw new InvalidDataException($"{labels.Count} labels with {options.Bits} bits are too many: at most {LinearClassifier.MostLabels} labels, and labels times 2^bits at most {LinearClassifier.MostWeights}. Take fewer bits.");
        }

        var model = new LinearClassifier
        {
            Labels = [.. labels],
            Bits = options.Bits,
            WordGrams = options.WordGrams,
            CharacterGrams = options.CharacterGrams,
            Biases = new float[labels.Count],
            Weights = new float[labels.Count << options.Bits],
        };
        Learn(model, texts, taught, options, random);
        model.Temperature = Calibration.Fit(model, held.Select(at => texts[at]));
        report = ClassifierReport.Of(model, held.Select(at => texts[at]));
        model.Figures = report.ToString();
        return model;
    }

    private static void Learn(LinearClassifier model, IReadOnlyList<(string Text, int Label)> texts, int[] taught, ClassifierOptions options, Random random)
    {
        var features = model.Features();
        var count = model.Biases.Length;
        var squares = new float[model.Weights.Length];
        var biasSquares = new float[count];
        Span<double> errors = new double[count];
        for (var epoch = 0; epoch < options.Epochs; epoch++)
        {
            random.Shuffle(taught);
            foreach (var at in taught)
            {
                var rows = features.Of(texts[at].Text);
                model.Logits(rows, errors);
                LinearClassifier.Softmax(errors, 1);
                errors[texts[at].Label] -= 1;
                Step(model.Biases, biasSquares, errors, 1, options.Rate);
                foreach (var row in rows)
                {
                    Step(model.Weights.AsSpan(row * count, count), squares.AsSpan(row * count, count), errors, 1 / Math.Sqrt(rows.Length), options.Rate);
                }
            }
        }
    }

    private static void Step(Span<float> weights, Span<float> squares, ReadOnlySpan<double> errors, double scale, double rate)
    {
        const float Least = 1e-6f;
        for (var i = 0; i < weights.Length; i++)
        {
            var gradient = (float)(errors[i] * scale);
            squares[i] += gradient * gradient;
            weights[i] -= (float)rate * gradient / MathF.Sqrt(squares[i] + Least);
        }
    }
}
