using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Ziya.Corpus.Filtering;
using Ziya.Pipeline.Records;

namespace Ziya.Corpus.Evaluation;

/// <summary>
/// What a sample of a dataset looks like, as Ziya2 evaluates its data automatically (Gan et al. 2023, arXiv:2311.03301): the shares of records with personal data, advertising, leftover HTML and
/// toxic phrases, languages and topics, and the spread of lengths and of every number that steps wrote, perplexity among them.
/// </summary>
/// <remarks>
/// <list type="number">
/// <item>A record is in the sample where a hash of seed and id lies below the rate.</item>
/// <item><c>privacy</c>: what <c>pii</c> finds. <c>advertising</c>: three different advertising phrases of <c>chinese_quality</c> or more, two of them in a hundred Han characters; Chinese alone. <c>html</c>: tags and entities.</item>
/// <item><c>toxic</c>: phrases of the lists that were given, as <c>sensitive</c> finds them; without lists it is not measured.</item>
/// </list>
/// </remarks>
/// <param name="DrawnFrom">Records of the dataset.</param>
/// <param name="Sampled">Records looked at.</param>
/// <param name="Rates">How many of them have what, all and by language.</param>
/// <param name="Languages">How many of each language.</param>
/// <param name="Topics">How many are about what.</param>
/// <param name="Numbers">The tenth, half and nine tenths of each number.</param>
internal sealed partial record DataRates(
    long DrawnFrom, long Sampled, IReadOnlyList<DataRate> Rates, SortedDictionary<string, long> Languages, IReadOnlyList<DataTopic> Topics, SortedDictionary<string, (double Low, double Middle, double High)> Numbers)
{
    private const int FewestAdvertising = 3;
    private const double AdvertisingPerHan = 0.02;
    private const string All = "all";

    /// <summary>Looks at a dataset.</summary>
    /// <param name="records">Its records.</param>
    /// <param name="rate">The share that is looked at.</param>
    /// <param name="seed">What is drawn by.</param>
    /// <param name="toxic">Files of toxic phrases; may be empty.</param>
    /// <param name="topics">What counts topics.</param>
    public static DataRates Of(IEnumerable<Record> records, double rate, ulong seed, IReadOnlyList<string> toxic, TopicTally topics)
    {
        var detectors = Detectors(toxic);
        var (of, sampled) = (0L, 0L);
        var (languages, counts, numbers) = (new SortedDictionary<string, long>(StringComparer.Ordinal), new Dictionary<(string, string), long>(), new Dictionary<string, List<double>>());
        foreach (var record in records)
        {
            of++;

            // 1.
            if (!IsSampled(record, rate, seed))
            {
                continue;
            }

            sampled++;
            topics.Add(record);
            var language = record.Language ?? "none";
            languages[language] = languages.GetValueOrDefault(language) + 1;
            foreach (var (name, has) in detectors)
            {
                var found = has(record.Content) ? 1 : 0;
                counts[(name, All)] = counts.GetValueOrDefault((name, All)) + found;
                counts[(name, language)] = counts.GetValueOrDefault((name, language)) + found;
            }

            foreach (var (name, value) in record.Scores.Append(new("length", record.Content.Length)).Where(score => double.IsFinite(score.Value)))
            {
                (CollectionsMarshal.GetValueRefOrAddDefault(numbers, name, out _) ??= []).Add(value);
            }
        }

        var rates = from name in detectors.Select(detector => detector.Name)
                    from language in languages.Keys.Prepend(All)
                    select new DataRate(name, language, counts.GetValueOrDefault((name, language)), language == All ? sampled : languages[language]);
        return new(of, sampled, [.. rates], languages, topics.Topics, new(numbers.ToDictionary(pair => pair.Key, pair => Spread(pair.Value)), StringComparer.Ordinal));
    }

    internal static bool IsSampled(Record record, double rate, ulong seed) => XxHash3.HashToUInt64(MemoryMarshal.AsBytes(record.Id.AsSpan()), (long)seed) < rate * ulong.MaxValue;

    /// <summary>What is looked for, not for several threads at once; <c>toxic</c> is the last, and there only with lists.</summary>
    internal static List<(string Name, Func<string, bool> Has)> Detectors(IReadOnlyList<string> toxic)
    {
        // 2.
        var (pii, hits) = (new PiiScanner(new PiiOptions()), new List<PiiHit>());
        List<(string, Func<string, bool>)> detectors =
        [
            ("privacy", text =>
            {
                pii.Find(text, hits);
                return hits.Count > 0;
            }),
            ("advertising", text => ChineseCensus.Take(text) is var census && census.Advertising >= FewestAdvertising && census.Advertising > AdvertisingPerHan * census.Han),
            ("html", Markup().IsMatch),
        ];

        // 3.
        if (toxic.Count > 0)
        {
            var phrases = new SensitivePhrases(new SensitiveOptions { Topics = new Dictionary<string, IReadOnlyList<string>> { ["toxic"] = toxic } });
            var (found, spare) = (new List<PhraseHit>(), new List<PhraseHit>());
            detectors.Add(("toxic", text =>
            {
                phrases.Find(text, found, spare);
                return found.Count > 0;
            }
            ));
        }

        return detectors;
    }

    private static (double Low, double Middle, double High) Spread(List<double> values)
    {
        values.Sort();
        return (values[values.Count / 10], values[values.Count / 2], values[values.Count * 9 / 10]);
    }

    [GeneratedRegex(@"</?(?:html|body|div|span|p|br|a|li|ul|ol|td|tr|table|img|script|style|font|strong|h[1-6])(?:\s[^<>]{0,300})?/?>|&(?:nbsp|amp|lt|gt|quot|ldquo|rdquo|mdash|#\d{2,5});", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Markup();
}

/// <summary>How many records have something they should not have.</summary>
/// <param name="Name">What.</param>
/// <param name="Language">Among which: <c>all</c>, or a language.</param>
/// <param name="Found">How many have it.</param>
/// <param name="Sampled">Of how many.</param>
internal sealed record DataRate(string Name, string Language, long Found, long Sampled)
{
    /// <summary>The share.</summary>
    public double Share => Sampled == 0 ? 0 : Found / (double)Sampled;

    /// <summary>Where the share may lie in the whole dataset.</summary>
    public Interval Interval => Interval.Wilson(Share, Sampled);
}
