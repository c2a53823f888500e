using System.Globalization;
using System.IO.Enumeration;
using System.Text.RegularExpressions;
using Ziya.Corpus.Bucketing;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Deduplication;

/// <summary>The rule of <see cref="Keep"/> as a number to sort by.</summary>
/// <param name="keep">The rule.</param>
/// <param name="by">The field it looks at, where it looks at one.</param>
/// <param name="prefer">The texts of that field, best first, for <see cref="Keep.Preferred"/>; `*` stands for anything.</param>
internal sealed partial class KeepRule(Keep keep, string? by, IReadOnlyList<string>? prefer = null)
{
    // The upper half is for records of this run: EarlierIndex.
    private const ulong ThisRun = 1UL << 63;

    private readonly bool _numbers = keep is Keep.Highest or Keep.Lowest;
    private readonly bool _dates = keep is Keep.Earliest or Keep.Latest;

    /// <summary>What the rule reads of a record.</summary>
    public IEnumerable<string> Reads => by is not null && _numbers ? [by] : [];

    /// <summary>What is wrong with the rule.</summary>
    public IEnumerable<string> Check()
    {
        if ((_numbers || _dates) && by is null)
        {
            yield return _numbers
                ? "'keep: highest' and 'keep: lowest' need 'by', the number to compare: { keep: lowest, by: perplexity }."
                : "'keep: earliest' and 'keep: latest' need 'by', the field with the date: { keep: earliest, by: meta.date }.";
        }
        else if (by is not null && keep is Keep.First or Keep.Longest)
        {
            yield return "'by' goes with 'keep: highest', 'lowest', 'earliest', 'latest' and 'preferred' only.";
        }
        else if (by is not null && !_numbers && !RecordField.IsText(by))
        {
            yield return $"'by' is '{by}', which is no text of a record; with this rule it can be source, id, language, bucket, task or meta.NAME.";
        }

        if ((keep == Keep.Preferred) != prefer is { Count: > 0 })
        {
            yield return keep == Keep.Preferred
                ? "'keep: preferred' needs 'prefer', the sources from best to worst: { keep: preferred, prefer: [wikipedia, \"news-*\"] }."
                : "'prefer' goes with 'keep: preferred' only.";
        }
    }

    /// <summary>The lower, the better.</summary>
    public ulong Rank(Record record) => ThisRun | (keep switch
    {
        Keep.First => 0,
        Keep.Longest => ~ThisRun - (ulong)record.Content.Length,
        Keep.Preferred => Place(RecordField.GetText(record, by ?? "source")),
        Keep.Earliest or Keep.Latest => Date(RecordField.GetText(record, by!)) is { } ticks ? (ulong)(keep == Keep.Earliest ? ticks : DateTime.MaxValue.Ticks - ticks) : ~ThisRun,
        _ => NumberOrder.TryGetKey(record, by!, keep == Keep.Lowest ? BucketOrder.Ascending : BucketOrder.Descending, out var key) ? key >> 1 : ~ThisRun,
    });

    /// <summary>The ticks of a date as it stands in data: ISO 8601 and the like, a year, or seconds since 1970.</summary>
    internal static long? Date(string? text)
    {
        const long LastYear = 9999;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            return number is >= 1 and <= LastYear ? new DateTime((int)number, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks
                : Math.Abs(number) < DateTime.MaxValue.Ticks / TimeSpan.TicksPerSecond / 2 ? Math.Max(0, DateTime.UnixEpoch.Ticks + (number * TimeSpan.TicksPerSecond)) : null;
        }

        // Without a year, the parser takes that of the clock.
        return text is not null && Year().IsMatch(text) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) ? date.UtcTicks : null;
    }

    // Four digits as offsets have them, +0800 to +1400, are none.
    [GeneratedRegex(@"(?<!\d)(?:1[5-9]|[2-9]\d)\d\d(?!\d)")]
    private static partial Regex Year();

    private ulong Place(string? text)
    {
        for (var i = 0; i < prefer!.Count && text is not null; i++)
        {
            if (FileSystemName.MatchesSimpleExpression(prefer[i], text, ignoreCase: false))
            {
                return (ulong)i;
            }
        }

        return (ulong)prefer.Count;
    }
}
