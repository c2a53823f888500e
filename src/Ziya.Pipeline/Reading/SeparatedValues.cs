using System.Text;
using Ziya.Pipeline.Records;

namespace Ziya.Pipeline.Reading;

/// <summary>
/// Rows of separated values, each an object of strings named by the header row. A row with more or fewer fields than the header is a fault of
/// that row; a header that cannot be read is one of the file. Where the job names the columns, there is no header row.
/// </summary>
public abstract class SeparatedValues : InputFormat
{
    /// <summary>What stands between fields.</summary>
    protected abstract byte Separator { get; }

    /// <summary>Whether a quote that is not closed as it should be is an ordinary character. Default false: a fault of its line.</summary>
    protected virtual bool QuotesAreText => false;

    /// <inheritdoc/>
    public override IEnumerable<RawRecord> Read(FormatInput input) => Read(input, 1 << 20);

    /// <summary>As <see cref="Read(FormatInput)"/>, with the size the buffer starts at.</summary>
    internal IEnumerable<RawRecord> Read(FormatInput input, int bufferBytes)
    {
        var rows = new SeparatedReader(input.Content, Separator, QuotesAreText, input.MostBytes, bufferBytes);
        var line = new JsonLine();
        var names = input.Columns is null ? null : Names(input.Columns);
        while (rows.Next())
        {
            var fault = rows.Fault ?? RawRecord.NoUtf8(rows.Row.Span);
            if (names is null)
            {
                if (fault is not null)
                {
                    throw new InvalidDataException($"its header, line {rows.Line}, cannot be read: {fault}");
                }

                names = rows.Fields == 0 ? null : Names(Header(rows));
                continue;
            }

            if (fault is null && rows.Fields == 0)
            {
                continue;
            }

            fault ??= rows.Fields == names.Length ? null : $"{rows.Fields} fields, {(input.Columns is null ? "the header has" : "columns: names")} {names.Length}";
            yield return new RawRecord(fault is null ? Json(line, names, rows) : rows.Row, rows.Start, rows.Bytes, rows.Line, fault);
        }
    }

    private static ReadOnlyMemory<byte> Json(JsonLine line, byte[][] names, SeparatedReader rows)
    {
        line.Clear();
        line.Raw((byte)'{');
        for (var i = 0; i < names.Length; i++)
        {
            line.Raw(names[i]);
            var value = rows.Value(i, out var doubled);
            line.Utf8Text(doubled ? Single(value) : value);
        }

        line.Raw((byte)'}');
        return line.Memory;
    }

    /// <summary>The fields of a header row. An empty one gets its number, one that is there already a <c>_</c>.</summary>
    private static List<string> Header(SeparatedReader rows)
    {
        var names = new List<string>();
        for (var i = 0; i < rows.Fields; i++)
        {
            var value = rows.Value(i, out var doubled);
            var name = Encoding.UTF8.GetString(doubled ? Single(value) : value).Trim();
            name = name.Length == 0 ? $"column_{i + 1}" : name;
            while (names.Contains(name))
            {
                name += "_";
            }

            names.Add(name);
        }

        return names;
    }

    /// <summary>Names as they stand in JSON before a value.</summary>
    private static byte[][] Names(IReadOnlyList<string> names)
    {
        return [.. names.Select((name, i) =>
        {
            var line = new JsonLine();
            line.Raw(i > 0 ? ","u8 : default);
            line.Text(name);
            line.Raw((byte)':');
            return line.Written.ToArray();
        })];
    }

    /// <summary>A value with each doubled quote as one.</summary>
    private static byte[] Single(ReadOnlySpan<byte> value)
    {
        var single = new byte[value.Length];
        var length = 0;
        while (!value.IsEmpty)
        {
            var quote = value.IndexOf((byte)'"');
            var part = quote < 0 ? value : value[..(quote + 1)];
            part.CopyTo(single.AsSpan(length));
            length += part.Length;
            value = quote < 0 ? default : value[(quote + 2)..];
        }

        return single[..length];
    }
}
