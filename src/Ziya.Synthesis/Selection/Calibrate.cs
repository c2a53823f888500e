using System.Buffers.Binary;
using System.ComponentModel.DataAnnotations;
using Ziya.Corpus.Bucketing;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Synthesis.Selection;

/// <summary>Options of <c>calibrate</c>.</summary>
public sealed record CalibrateOptions
{
    /// <summary>The score: `reward`, or `scores.NAME` of the input. Default reward.</summary>
    [RegularExpression(@"(?!meta\.)(scores\.)?[A-Za-z0-9_]+")]
    public string By { get; init; } = "reward";

    /// <summary>Field whose values make the groups that are brought to one scale, such as `language` or `meta.kind`; records without it are a group of their own. Default task.</summary>
    public string Within { get; init; } = "task";
}

/// <summary>
/// Brings a score to one scale over kinds of tasks: writes `NAME_calibrated`, by how many standard deviations of its group a record is above the group's mean (the standard score). One bound then asks the same of
/// every kind, which a bound on the reward itself does not: the card of Ziya-LLaMA-7B-Reward says that its rewards differ in level from kind to kind. It supposes that the answers of each kind are about as good as those of another.
/// </summary>
/// <remarks>
/// <list type="number">
/// <item>Map: note (group, score as bits that sort) of each record that has the score, 16 bytes.</item>
/// <item>moments: the mean and the standard deviation of each group, summed in the order of the scores, whatever the shards and the workers (Welford 1962).</item>
/// <item>Apply: write the score; 0 where all of a group are equal. A record without the score passes as it is.</item>
/// </list>
/// </remarks>
[Step("calibrate")]
public sealed class Calibrate(CalibrateOptions options) : GlobalStep<Record>
{
    private const string InputScore = "scores.";
    private const int KeyAt = 8;
    private const int MeanAt = 8;
    private const int DeviationAt = 16;

    private static readonly Channel Values = new("values", Spread.One);
    private static readonly Channel Moments = new("moments", Spread.One);

    private readonly Dictionary<ulong, (double Mean, double Deviation)> _moments = [];
    private readonly string _score = $"{(options.By.StartsWith(InputScore, StringComparison.Ordinal) ? options.By[InputScore.Length..] : options.By)}_calibrated";

    /// <inheritdoc/>
    public override IEnumerable<string> Reads => [options.By];

    /// <inheritdoc/>
    public override IEnumerable<string> Writes => [_score];

    /// <inheritdoc/>
    public override IReadOnlyList<Channel> Maps => [Values];

    /// <inheritdoc/>
    public override IReadOnlyList<Stage> Stages => [new MomentsStage(options.Within)];

    /// <inheritdoc/>
    public override IEnumerable<string> Check() => Groups.Fault(options.Within) is { } fault ? [fault] : [];

    /// <inheritdoc/>
    public override void Map(Record record, Address at, IEntryWriter entries)
    {
        ArgumentNullException.ThrowIfNull(entries);

        // 1.
        if (NumberOrder.TryGetKey(record, options.By, BucketOrder.Ascending, out var key))
        {
            Span<byte> entry = stackalloc byte[KeyAt + sizeof(ulong)];
            BinaryPrimitives.WriteUInt64BigEndian(entry, Groups.Of(record, options.Within));
            BinaryPrimitives.WriteUInt64BigEndian(entry[KeyAt..], key);
            entries.Add(Values, 0, entry);
        }
    }

    /// <inheritdoc/>
    public override void Prepare(IEnumerable<Entry> shared)
    {
        ArgumentNullException.ThrowIfNull(shared);
        foreach (var entry in shared)
        {
            var span = entry.Span;
            _moments.Add(BinaryPrimitives.ReadUInt64BigEndian(span), (BinaryPrimitives.ReadDoubleBigEndian(span[MeanAt..]), BinaryPrimitives.ReadDoubleBigEndian(span[DeviationAt..])));
        }
    }

    /// <inheritdoc/>
    public override Verdict<Record> Apply(Record record, Address at, ReadOnlySpan<byte> finding)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (!RecordField.TryGetNumber(record, options.By, out var value) || !_moments.TryGetValue(Groups.Of(record, options.Within), out var group))
        {
            return record;
        }

        // 3.
        return record with { Scores = record.Scores.With(_score, group.Deviation > 0 ? (value - group.Mean) / group.Deviation : 0) };
    }

    /// <summary>2.</summary>
    private sealed class MomentsStage(string within) : Stage("moments", [Values], [Moments])
    {
        public override void Reduce(IEnumerable<Entry> entries, IEntryWriter output)
        {
            var (group, count, mean, squares, groups) = (0UL, 0L, 0.0, 0.0, 0);
            foreach (var entry in entries)
            {
                var next = BinaryPrimitives.ReadUInt64BigEndian(entry.Span);
                if (count == 0 || next != group)
                {
                    End();
                    Groups.Limit(++groups, within);
                    (group, count, mean, squares) = (next, 0, 0, 0);
                }

                var value = NumberOrder.Value(BinaryPrimitives.ReadUInt64BigEndian(entry.Span[KeyAt..]), BucketOrder.Ascending);
                var off = value - mean;
                mean += off / ++count;
                squares += off * (value - mean);
            }

            End();

            void End()
            {
                if (count > 0)
                {
                    Span<byte> moments = stackalloc byte[DeviationAt + sizeof(double)];
                    BinaryPrimitives.WriteUInt64BigEndian(moments, group);
                    BinaryPrimitives.WriteDoubleBigEndian(moments[MeanAt..], mean);
                    BinaryPrimitives.WriteDoubleBigEndian(moments[DeviationAt..], Math.Sqrt(squares / count));
                    output.Add(Moments, 0, moments);
                }
            }
        }
    }
}
