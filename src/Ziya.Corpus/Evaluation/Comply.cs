using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Ziya.Corpus.Filtering;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Evaluation;

/// <summary>Options of <c>comply</c>.</summary>
public sealed record ComplyOptions
{
    /// <summary>The greatest share of records with personal data, with advertising, with leftover HTML and with toxic phrases, each by itself. 0 to 1.</summary>
    [Range(0.0, 1.0)]
    public required double Most { get; init; }

    /// <summary>The share of the records that is looked at, drawn by the job's seed. Default 0.01, as Ziya2 has it. Above 0, to 1.</summary>
    [Range(1e-6, 1.0)]
    public double Rate { get; init; } = 0.01;

    /// <summary>Files of toxic phrases, one a line, as `sensitive` takes them. Default none: toxic phrases are not looked for.</summary>
    public IReadOnlyList<string> Toxic { get; init; } = [];
}

/// <summary>
/// Fails the run where too many records of a random sample have personal data, advertising, leftover HTML or toxic phrases: the automatic evaluation of <c>ziya evaluate data</c>, before anything is written.
/// Drops and changes nothing.
/// </summary>
/// <remarks>
/// The compliance threshold of Ziya2's data evaluation (Gan et al. 2023, arXiv:2311.03301). What counts as what, <see cref="DataRates"/> says.
/// <list type="number">
/// <item>Map: note of each record of the sample what it has, a byte.</item>
/// <item>rates: count; above <c>most</c> the job fails, and where no record was looked at, since that proves nothing.</item>
/// <item>Apply: keep.</item>
/// </list>
/// </remarks>
[Step("comply")]
public sealed class Comply(ComplyOptions options) : GlobalStep<Record>
{
    private static readonly Channel Found = new("found", Spread.One);
    private static readonly Channel Rates = new("rates", Spread.One);

    private List<(string Name, Func<string, bool> Has)>? _detectors;

    /// <inheritdoc/>
    public override IReadOnlyList<Channel> Maps => [Found];

    /// <inheritdoc/>
    public override IReadOnlyList<Stage> Stages => [new RatesStage(options)];

    /// <inheritdoc/>
    public override string Version() => ListFile.Version(options.Toxic) + PhraseFold.Version;

    /// <inheritdoc/>
    public override IEnumerable<string> Check() => ListFile.Faults("toxic", options.Toxic, file => SensitivePhrases.Read(file).Count());

    /// <inheritdoc/>
    public override void Map(Record record, Address at, IEntryWriter entries)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(entries);

        // 1.
        if (DataRates.IsSampled(record, options.Rate, Seed))
        {
            _detectors ??= DataRates.Detectors(options.Toxic);
            byte found = 0;
            for (var i = 0; i < _detectors.Count; i++)
            {
                found |= (byte)(_detectors[i].Has(record.Content) ? 1 << i : 0);
            }

            entries.Add(Found, 0, [found]);
        }
    }

    /// <inheritdoc/>
    public override Verdict<Record> Apply(Record record, Address at, ReadOnlySpan<byte> finding) => record;

    /// <summary>2.</summary>
    private sealed class RatesStage(ComplyOptions options) : Stage("rates", [Found], [Rates])
    {
        private static readonly string[] Names = ["privacy", "advertising", "html", "toxic"];

        private string? _outcome;

        /// <summary>What was measured, for the report.</summary>
        public override IEnumerable<string> Warnings => _outcome is null ? [] : [_outcome];

        public override void Reduce(IEnumerable<Entry> entries, IEntryWriter output)
        {
            var (sampled, counts) = (0L, new long[Names.Length]);
            foreach (var entry in entries)
            {
                sampled++;
                for (var i = 0; i < counts.Length; i++)
                {
                    counts[i] += (entry.Span[0] >> i) & 1;
                }
            }

            if (sampled == 0)
            {
                throw new JobFailedException($"step 'comply': at a rate of {Number(options.Rate)} no record was looked at, which proves nothing. Raise 'rate'");
            }

            var beyond = Names.Zip(counts).Where(rate => rate.Second > options.Most * sampled).Select(rate => $"{rate.First} {rate.Second} ({Percent((double)rate.Second / sampled)})").ToList();
            if (beyond.Count > 0)
            {
                throw new JobFailedException($"step 'comply': of {sampled} records looked at too many have: {string.Join(", ", beyond)}; at most {Percent(options.Most)} may. Nothing was written. Filter more before it, or raise 'most'");
            }

            var measured = Names.Zip(counts).Take(options.Toxic.Count > 0 ? Names.Length : Names.Length - 1).Select(rate => $"{rate.First} {rate.Second}");
            _outcome = string.Create(CultureInfo.InvariantCulture, $"of {sampled:N0} records looked at have: {string.Join(", ", measured)}; at most {Percent(options.Most)} may.");
        }

        private static string Percent(double share) => Number(Math.Round(100 * share, 4)) + " %";

        private static string Number(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);
    }
}
