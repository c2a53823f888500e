using System.Globalization;
using System.Text.RegularExpressions;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;
using Ziya.Pipeline.Storage;

namespace Ziya.Corpus.Scoring.Classification;

/// <summary>Options of <c>classify</c>.</summary>
public sealed record ClassifyOptions
{
    /// <summary>The file of a classifier that `ziya classify train` made.</summary>
    public required string Model { get; init; }

    /// <summary>What the names of the scores begin with: `quality` with the labels `good` and `bad` gives `quality_good` and `quality_bad`. Default classify.</summary>
    public string Name { get; init; } = "classify";

    /// <summary>Least probability of labels: `{ good: 0.3 }` drops what is good with less. Default: none.</summary>
    public IReadOnlyDictionary<string, double> Min { get; init; } = new Dictionary<string, double>();

    /// <summary>Greatest probability of labels: `{ toxic: 0.5 }` drops what is toxic with more. Default: none.</summary>
    public IReadOnlyDictionary<string, double> Max { get; init; } = new Dictionary<string, double>();
}

/// <summary>
/// Writes how probable each label of a trained classifier is for a text, `classify_LABEL`, and drops by them where asked: quality, topics, toxicity. The classifier is logistic regression over hashed
/// n-grams of words and of Chinese characters, fastText's recipe (Joulin et al. 2016, arXiv:1607.01759); its probabilities are calibrated on texts that were held out in training.
/// </summary>
/// <remarks>
/// <list type="number">
/// <item>The text is all that the record says; width and case of letters do not count.</item>
/// <item><c>below_LABEL</c>, <c>above_LABEL</c>: a probability below its `min` or above its `max`.</item>
/// </list>
/// </remarks>
[Step("classify")]
public sealed partial class Classify(ClassifyOptions options) : Step<Record, Record>
{
    private LinearClassifier? _model;
    private TextFeatures? _features;
    private string[] _names = [];
    private double[] _probabilities = [];

    /// <inheritdoc/>
    public override IEnumerable<string> Writes
    {
        get
        {
            try
            {
                return LinearClassifier.Read(options.Model).Labels.Select(Name);
            }
            catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException)
            {
                // Check tells it.
                return [];
            }
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Check()
    {
        IReadOnlyList<string> labels;
        try
        {
            labels = LinearClassifier.Read(options.Model).Labels;
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return [exception.Message];
        }

        return options.Min.Keys.Concat(options.Max.Keys).Except(labels).Select(label => $"the classifier has no label '{label}'. Labels: {string.Join(", ", labels)}.")
            .Concat(options.Min.Values.Concat(options.Max.Values).Where(value => value is < 0 or > 1).Select(value => string.Create(CultureInfo.InvariantCulture, $"a probability is {value}, out of range 0 to 1.")));
    }

    /// <inheritdoc/>
    public override string Version() => FileVersions.Of([new FileInfo(options.Model)]);

    /// <inheritdoc/>
    public override Verdict<Record> Apply(Record record)
    {
        ArgumentNullException.ThrowIfNull(record);
        var model = _model ??= Open();

        // 1.
        model.Probabilities(_features!.Of(record.Content), _probabilities);

        // 2.
        for (var i = 0; i < _names.Length; i++)
        {
            if (options.Min.TryGetValue(model.Labels[i], out var least) && _probabilities[i] < least)
            {
                return Drop.Beyond($"below_{Word(model.Labels[i])}", _probabilities[i], least);
            }

            if (options.Max.TryGetValue(model.Labels[i], out var most) && _probabilities[i] > most)
            {
                return Drop.Beyond($"above_{Word(model.Labels[i])}", _probabilities[i], most);
            }
        }

        return record with { Scores = record.Scores.With(_names.Select((name, i) => KeyValuePair.Create(name, Math.Round(_probabilities[i], 6)))) };
    }

    private LinearClassifier Open()
    {
        var model = Shared(options.Model, () => LinearClassifier.Read(options.Model));
        (_features, _names, _probabilities) = (model.Features(), [.. model.Labels.Select(Name)], new double[model.Labels.Count]);
        return model;
    }

    private string Name(string label) => $"{options.Name}_{Word(label)}";

    /// <summary>Scores and reasons are words; labels are what people wrote.</summary>
    private static string Word(string label) => NoWord().Replace(label, "_");

    [GeneratedRegex(@"[^\p{L}\p{N}_]+")]
    private static partial Regex NoWord();
}
