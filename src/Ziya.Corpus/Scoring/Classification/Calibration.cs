namespace Ziya.Corpus.Scoring.Classification;

/// <summary>The temperature of a classifier: the one under which texts it was not trained on are most probable.</summary>
internal static class Calibration
{
    private const double Lowest = -3;
    private const double Highest = 3;
    private const double Precision = 1e-4;

    /// <summary>Searches the logarithm of the temperature by golden sections; the loss has one minimum in the inverse of the temperature, in which it is convex.</summary>
    public static double Fit(LinearClassifier model, IEnumerable<(string Text, int Label)> texts)
    {
        var features = model.Features();
        var logits = texts.Select(text =>
        {
            var values = new double[model.Biases.Length];
            model.Logits(features.Of(text.Text), values);
            return (Values: values, text.Label);
        }).ToList();
        var golden = (Math.Sqrt(5) - 1) / 2;
        var (low, high) = (Lowest, Highest);
        while (high - low > Precision)
        {
            var (a, b) = (high - (golden * (high - low)), low + (golden * (high - low)));
            (low, high) = Loss(logits, Math.Exp(a)) < Loss(logits, Math.Exp(b)) ? (low, b) : (a, high);
        }

        return Math.Exp((low + high) / 2);
    }

    private static double Loss(List<(double[] Values, int Label)> logits, double temperature)
    {
        var sum = 0.0;
        foreach (var (values, label) in logits)
        {
            double[] probabilities = [.. values];
            LinearClassifier.Softmax(probabilities, temperature);
            sum -= Math.Log(Math.Max(1e-300, probabilities[label]));
        }

        return sum;
    }
}
