using System.Globalization;
using System.Text;

namespace Ziya.Corpus.Scoring.Classification;

/// <summary>How right a classifier is about texts whose labels are known.</summary>
/// <param name="Labels">The labels.</param>
/// <param name="Confusion">Texts by their label and by the most probable one.</param>
/// <param name="Ece">Expected calibration error: how far, in the mean over fifteen ranges, the probability of the most probable label is from how often it is right.</param>
/// <param name="Loss">Mean of -log p of the right label.</param>
internal sealed record ClassifierReport(IReadOnlyList<string> Labels, int[][] Confusion, double Ece, double Loss)
{
    private const int Ranges = 15;

    public int Count => Confusion.Sum(row => row.Sum());

    public double Accuracy => Confusion.Select((row, i) => row[i]).Sum() / Math.Max(1.0, Count);

    /// <summary>Mean over the labels of the harmonic mean of precision and recall.</summary>
    public double MacroF1 => Labels.Select((_, i) => F1(i)).Average();

    public double Precision(int label) => Confusion[label][label] / Math.Max(1.0, Confusion.Sum(row => row[label]));

    public double Recall(int label) => Confusion[label][label] / Math.Max(1.0, Confusion[label].Sum());

    /// <summary>Measures it.</summary>
    public static ClassifierReport Of(LinearClassifier model, IEnumerable<(string Text, int Label)> texts)
    {
        var features = model.Features();
        var confusion = model.Labels.Select(_ => new int[model.Labels.Count]).ToArray();
        var (right, sure, counts) = (new double[Ranges], new double[Ranges], new int[Ranges]);
        var probabilities = new double[model.Labels.Count];
        var (loss, count) = (0.0, 0);
        foreach (var (text, label) in texts)
        {
            model.Probabilities(features.Of(text), probabilities);
            var best = Array.IndexOf(probabilities, probabilities.Max());
            var range = Math.Min(Ranges - 1, (int)(probabilities[best] * Ranges));
            confusion[label][best]++;
            counts[range]++;
            count++;
            sure[range] += probabilities[best];
            right[range] += best == label ? 1 : 0;
            loss -= Math.Log(Math.Max(1e-300, probabilities[label]));
        }

        return new ClassifierReport(model.Labels, confusion, sure.Zip(right).Sum(pair => Math.Abs(pair.First - pair.Second)) / Math.Max(1, count), loss / Math.Max(1, count));
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Count} texts, accuracy {Accuracy:0.0000}, macro F1 {MacroF1:0.0000}, log loss {Loss:0.0000}, expected calibration error {Ece:0.0000}");
        for (var i = 0; i < Labels.Count; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{Labels[i]}: {Confusion[i].Sum()} texts, precision {Precision(i):0.0000}, recall {Recall(i):0.0000}");
        }

        return text.ToString();
    }

    private double F1(int label) => 2 * Precision(label) * Recall(label) / Math.Max(1e-9, Precision(label) + Recall(label));
}
