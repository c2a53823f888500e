using Ziya.Corpus.Scoring.Classification;
using Ziya.Pipeline.Records;

namespace Ziya.Corpus.Evaluation;

/// <summary>
/// Counts what records are about: the topics that <c>sensitive</c> counted phrases of, and of each set of labels the likeliest, by the probabilities that <c>classify</c> wrote or by a classifier that is given. For one thread.
/// </summary>
/// <param name="names">Under which names <c>classify</c> wrote probabilities: its option <c>name</c>.</param>
/// <param name="classifier">The file of a classifier; null for none.</param>
/// <exception cref="InvalidDataException">There is no such classifier.</exception>
internal sealed class TopicTally(IReadOnlyList<string> names, string? classifier)
{
    private const string Sensitive = "sensitive";

    private readonly LinearClassifier? _model = classifier is null ? null : LinearClassifier.Read(classifier);
    private readonly SortedDictionary<(string By, string Topic), long> _found = [];
    private readonly Dictionary<string, long> _of = [];
    private TextFeatures? _features;

    /// <summary>The topics, by what they were found with, the commonest first.</summary>
    public IReadOnlyList<DataTopic> Topics => [.. _found.Select(pair => new DataTopic(pair.Key.By, pair.Key.Topic, pair.Value, _of[pair.Key.By])).OrderBy(topic => topic.By, StringComparer.Ordinal).ThenByDescending(topic => topic.Found)];

    /// <summary>Counts a record.</summary>
    public void Add(Record record)
    {
        var counted = Of(record, Sensitive).ToList();
        if (counted.Count > 0)
        {
            Count(Sensitive, counted.Where(topic => topic.Value > 0).Select(topic => topic.Key));
        }

        foreach (var name in names)
        {
            if (Of(record, name).ToList() is { Count: > 0 } labels)
            {
                Count(name, [labels.MaxBy(label => label.Value).Key]);
            }
        }

        if (_model is not null)
        {
            var probabilities = new double[_model.Labels.Count];
            _model.Probabilities((_features ??= _model.Features()).Of(record.Content), probabilities);
            Count(Path.GetFileNameWithoutExtension(classifier!), [_model.Labels[Array.IndexOf(probabilities, probabilities.Max())]]);
        }
    }

    private static IEnumerable<KeyValuePair<string, double>> Of(Record record, string name) =>
        record.Scores.Where(score => score.Key.Length > name.Length + 1 && score.Key[name.Length] == '_' && score.Key.StartsWith(name, StringComparison.Ordinal))
            .Select(score => KeyValuePair.Create(score.Key[(name.Length + 1)..], score.Value));

    private void Count(string by, IEnumerable<string> topics)
    {
        _of[by] = _of.GetValueOrDefault(by) + 1;
        foreach (var topic in topics)
        {
            _found[(by, topic)] = _found.GetValueOrDefault((by, topic)) + 1;
        }
    }
}

/// <summary>How many records are about something.</summary>
/// <param name="By">What says so: <c>sensitive</c>, the name of a <c>classify</c>, or of a classifier's file.</param>
/// <param name="Topic">The topic or label.</param>
/// <param name="Found">How many records.</param>
/// <param name="Sampled">Of how many that were asked.</param>
internal sealed record DataTopic(string By, string Topic, long Found, long Sampled)
{
    /// <summary>The share.</summary>
    public double Share => Sampled == 0 ? 0 : Found / (double)Sampled;
}
