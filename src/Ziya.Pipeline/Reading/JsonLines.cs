namespace Ziya.Pipeline.Reading;

/// <summary>One JSON object a line. Blank lines are not records.</summary>
[InputFormat("jsonl")]
public sealed class JsonLines : InputFormat
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Extensions { get; } = [".jsonl", ".ndjson", ".json"];

    /// <inheritdoc/>
    public override bool Splits => true;

    /// <inheritdoc/>
    public override IEnumerable<RawRecord> Read(FormatInput input) => Read(input, 1 << 20);

    /// <summary>As <see cref="Read(FormatInput)"/>, with the size the buffer starts at.</summary>
    internal static IEnumerable<RawRecord> Read(FormatInput input, int bufferBytes)
    {
        var lines = new LineReader(input.Content, bufferBytes, input.MostBytes, input.Start > 0 ? input.Start - 1 : 0);
        if (input.Start > 0)
        {
            lines.Next();
        }

        long number = 0;
        while (lines.Position < input.End && lines.Next())
        {
            number++;
            var line = lines.Line;
            if (line.Span.IndexOfAnyExcept((byte)' ', (byte)'\t', (byte)'\r') < 0)
            {
                continue;
            }

            yield return new RawRecord(
                lines.IsLong ? line[..Math.Min(line.Length, RawRecord.KeptOfLong)] : line,
                lines.Start,
                lines.Bytes,
                input.Start > 0 ? 0 : number,
                lines.IsLong ? RawRecord.TooLong(input.MostBytes) : null);
        }
    }
}
