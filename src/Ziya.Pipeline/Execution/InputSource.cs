using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Reading;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Pipeline.Execution;

/// <summary>Reads the slices of a shard: formats find the records, the parser makes them, and what neither can read is passed on as such.</summary>
internal sealed class InputSource(Job job, StepCatalog catalog)
{
    private readonly RecordParser _parser = new(job.Input.Kind, job.Input.Fields);
    private readonly int _mostBytes = (int)Math.Min((long)job.Limits.RecordMb << 20, Array.MaxLength / 4);

    /// <summary>The records of a shard in order.</summary>
    public IEnumerable<Incoming> Read(Shard shard) => shard.Slices.SelectMany(Read);

    private IEnumerable<Incoming> Read(Slice slice)
    {
        var format = catalog.Formats[slice.Format];
        if (!TryOpen(slice, format, out var input, out var wrong))
        {
            yield return Damaged(slice, slice.Start, wrong);
            yield break;
        }

        using var content = input.Content;
        using var records = format.Read(input).GetEnumerator();
        long end = slice.Start;
        while (true)
        {
            if (!TryMove(records, out var damage))
            {
                if (damage is not null)
                {
                    yield return Damaged(slice, end, damage);
                }

                yield break;
            }

            var raw = records.Current;
            end = raw.Offset + (format.NeedsFile ? 1 : raw.Bytes);
            yield return Parse(raw, slice);
        }
    }

    private Incoming Parse(RawRecord raw, Slice slice)
    {
        var at = new Origin(slice.File, raw.Offset, raw.Line);
        var fault = raw.Fault;
        Record? record = null;
        if (fault is null)
        {
            try
            {
                record = _parser.Parse(raw.Json.Span, at, slice.Name, out fault);
            }
            catch (Exception exception) when (exception is JsonException or ArgumentException or InvalidOperationException or FormatException)
            {
                // What the framework finds wrong only when a nested value is looked at: a name twice in one object, say.
                fault = $"not valid JSON: {exception.Message}";
            }
        }

        return record is not null
            ? new Incoming(record, -1, raw.Bytes, null)
            : new Incoming(null, -1, raw.Bytes, new Unreadable(at, raw.Bytes, fault!, raw.Json));
    }

    private bool TryOpen(Slice slice, InputFormat format, [NotNullWhen(true)] out FormatInput? input, [NotNullWhen(false)] out InvalidDataException? wrong)
    {
        (input, wrong) = (null, null);
        try
        {
            input = InputOpener.Open(slice, format, job.Input.Encoding, _mostBytes) with { Columns = job.Input.Columns };
            return true;
        }
        catch (InvalidDataException exception)
        {
            wrong = exception;
            return false;
        }
    }

    /// <summary>Whether there is another record; with the damage where the rest of the file cannot be read.</summary>
    private static bool TryMove(IEnumerator<RawRecord> records, out InvalidDataException? damage)
    {
        damage = null;
        try
        {
            return records.MoveNext();
        }
        catch (InvalidDataException exception)
        {
            damage = exception;
            return false;
        }
    }

    private static Incoming Damaged(Slice slice, long from, InvalidDataException damage)
    {
        var reason = $"the {(from > 0 ? "rest of the " : "")}file cannot be read: {damage.Message}";
        return new Incoming(null, -1, 0, new Unreadable(new Origin(slice.File, from, 0), 0, reason, ReadOnlyMemory<byte>.Empty));
    }
}
