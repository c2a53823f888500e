using System.ComponentModel.DataAnnotations;
using System.Text;
using System.Text.Json.Nodes;
using Ziya.Corpus.Cleaning;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Filtering;

/// <summary>Options of <c>sensitive</c>.</summary>
public sealed record SensitiveOptions
{
    /// <summary>What becomes of a record with phrases of the lists: `drop` (default), `tag` or `mask`.</summary>
    public SensitiveMode Mode { get; init; } = SensitiveMode.Drop;

    /// <summary>The topics by name, each with one or more files of phrases: one a line, up to a tab; `#` begins a comment. UTF-8; gzip, Zstandard or Brotli are unpacked.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<string>> Topics { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Files of phrases that are harmless: what lies within one of them in the text does not count (`赌` in `打赌`, `drug` in `drug store`).</summary>
    public IReadOnlyList<string> Allow { get; init; } = [];

    /// <summary>Most phrases that a record may have, by topic. Default 0 for each. Only for `mode: drop`, and for the score `sensitive`.</summary>
    [Range(0, int.MaxValue)]
    public IReadOnlyDictionary<string, int> Most { get; init; } = new Dictionary<string, int>();

    /// <summary>What stands for each character of a masked phrase, if it is one character; if it is more, for the whole phrase, `{topic}` being the topic. Default `*`.</summary>
    public string MaskWith { get; init; } = "*";
}

/// <summary>
/// Finds phrases of topics that the user has lists for, and drops, tags or masks. Writes, but where it drops, the score <c>sensitive</c>, 1 where a topic has more phrases than it may and 0 where not,
/// and for each topic <c>sensitive_TOPIC</c>, how many there are.
/// </summary>
/// <remarks>
/// The filtering of sensitive topics that the cards of the Ziya models name (敏感主题过滤); the lists are the user's, those in samples/lists are small and harmless.
/// <list type="number">
/// <item>All phrases are looked for at once, whatever their number (<see cref="PhraseAutomaton"/>), without regard to case and width, traditional characters as simplified ones.</item>
/// <item>A phrase that begins or ends with a letter or digit of a script with spaces counts only between words: <c>ass</c> is not in <c>class</c>. Chinese ones count anywhere.</item>
/// <item>What lies within a phrase of <c>allow</c> does not count; of phrases of a topic that overlap the first and longest counts.</item>
/// <item>The reason is the first topic, in the order they are given, with more phrases than <c>most</c>.</item>
/// </list>
/// </remarks>
[Step("sensitive")]
public sealed class Sensitive(SensitiveOptions options) : RuleStep(options.Mode != SensitiveMode.Drop, [.. options.Topics.Keys])
{
    private const int MostTerms = 10;

    private readonly string[] _topics = [.. options.Topics.Keys];
    private readonly List<PhraseHit> _hits = [];
    private readonly List<PhraseHit> _spare = [];
    private SensitivePhrases? _phrases;

    /// <inheritdoc/>
    public override string Version() => ListFile.Version(options.Topics.Values.SelectMany(files => files).Concat(options.Allow)) + PhraseFold.Version;

    /// <inheritdoc/>
    public override IEnumerable<string> Check()
    {
        if (options.Topics.Count is 0 or > SensitivePhrases.MostTopics)
        {
            yield return $"'topics' names {options.Topics.Count} topics: it needs one to {SensitivePhrases.MostTopics}.";
        }

        foreach (var topic in _topics.Where(topic => topic.Length == 0 || !topic.All(c => char.IsLetterOrDigit(c) || c == '_')))
        {
            yield return $"the topic '{topic}' becomes the name of a score: it may have letters, digits and '_' only.";
        }

        foreach (var topic in options.Most.Keys.Except(_topics))
        {
            yield return $"'most' names '{topic}', which is no topic. Topics: {string.Join(", ", _topics)}.";
        }

        if (options.MaskWith.Length == 0)
        {
            yield return "'mask_with' is empty: nothing would show that something was there.";
        }

        var faults = options.Topics.SelectMany(topic => topic.Value.Count == 0 ? [$"the topic '{topic.Key}' has no file."] : ListFile.Faults($"topics.{topic.Key}", topic.Value, file => SensitivePhrases.Read(file).Count()))
            .Concat(ListFile.Faults("allow", options.Allow, file => SensitivePhrases.Read(file).Count()));
        foreach (var fault in faults)
        {
            yield return fault;
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Notes() => PhraseFold.Version.Length > 0 ? [] : ["OpenCC's dictionaries are not beside the program: traditional characters are found only where a list has them."];

    /// <inheritdoc/>
    protected override Record Judge(Record record, Ruling ruling)
    {
        _phrases ??= Models is null ? new SensitivePhrases(options)
            : Shared($"{string.Join('|', options.Topics.Select(topic => $"{topic.Key}:{string.Join(',', topic.Value)}"))} {string.Join('|', options.Allow)} {Version()}", () => new SensitivePhrases(options));

        // 1 to 3.
        var text = record.Content;
        _phrases.Find(text, _hits, _spare);
        for (var topic = 0; topic < _topics.Length; topic++)
        {
            var count = _hits.Count(hit => _phrases.TopicsOf(hit.Phrase).Contains(topic));

            // 4.
            var at = topic;
            if (ruling.Above(_topics[topic], count, options.Most.GetValueOrDefault(_topics[topic]), detail => detail["terms"] = Terms(at)))
            {
                return record;
            }
        }

        return options.Mode == SensitiveMode.Mask && _hits.Count > 0 ? RecordTexts.Rewrite(record, Mask) ?? record : record;
    }

    private JsonArray Terms(int topic) =>
        [.. _hits.Where(hit => _phrases!.TopicsOf(hit.Phrase).Contains(topic)).Select(hit => _phrases![hit.Phrase]).Distinct().Take(MostTerms).Select(term => (JsonNode)term)];

    private string Mask(string text)
    {
        _phrases!.Find(text, _hits, _spare);
        if (_hits.Count == 0)
        {
            return text;
        }

        var masked = new StringBuilder(text.Length);
        var at = 0;
        foreach (var hit in _hits)
        {
            // Those of two topics can overlap.
            var start = Math.Max(hit.Start, at);
            if (start < hit.End)
            {
                masked.Append(text, at, start - at);
                _ = options.MaskWith.Length == 1 ? masked.Append(options.MaskWith[0], hit.End - start) : masked.Append(options.MaskWith.Replace("{topic}", _topics[_phrases.TopicsOf(hit.Phrase)[0]], StringComparison.Ordinal));
                at = hit.End;
            }
        }

        return masked.Append(text, at, text.Length - at).ToString();
    }
}
