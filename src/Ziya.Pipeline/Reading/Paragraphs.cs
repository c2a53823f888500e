using Ziya.Pipeline.Records;

namespace Ziya.Pipeline.Reading;

/// <summary>One record a paragraph of plain text: lines up to one that is blank, with their line ends as <c>\n</c>.</summary>
[InputFormat("paragraphs")]
public sealed class Paragraphs : InputFormat
{
    /// <summary>None: names of text files stand for <c>text</c>.</summary>
    public override IReadOnlyList<string> Extensions { get; } = [];

    /// <inheritdoc/>
    public override bool Splits => true;

    /// <inheritdoc/>
    public override IEnumerable<RawRecord> Read(FormatInput input) => Read(input, 1 << 20);

    /// <summary>As <see cref="Read(FormatInput)"/>, with the size the buffer starts at.</summary>
    internal static IEnumerable<RawRecord> Read(FormatInput input, int bufferBytes)
    {
        var lines = new LineReader(input.Content, bufferBytes, input.MostBytes, input.Start > 0 ? input.Start - 1 : 0);
        var paragraph = new Open();
        var json = new JsonLine();
        if (input.Start > 0)
        {
            lines.Next();
        }

        // A paragraph is its slice's where the blank line before it begins: that can be told from the slice alone. The first has none before it.
        var ours = input.Start == 0;
        long number = 0;
        while (lines.Next())
        {
            number++;
            if (lines.Line.Span.IndexOfAnyExcept(" \t\r"u8) >= 0)
            {
                if (ours)
                {
                    paragraph.Add(lines, number, input.MostBytes);
                }
                else if (lines.Start >= input.End)
                {
                    yield break;
                }

                continue;
            }

            if (paragraph.Lines > 0)
            {
                yield return paragraph.Close(json, input);
            }

            ours = lines.Start < input.End;
            if (!ours)
            {
                yield break;
            }
        }

        if (paragraph.Lines > 0)
        {
            yield return paragraph.Close(json, input);
        }
    }

    /// <summary>The lines of a paragraph that has not ended.</summary>
    private sealed class Open
    {
        private readonly JsonLine _text = new();
        private long _start;
        private long _end;
        private long _number;

        public int Lines { get; private set; }

        public void Add(LineReader lines, long number, int mostBytes)
        {
            if (Lines++ == 0)
            {
                _text.Clear();
                _start = lines.Start;
                _number = number;
            }

            _end = lines.Start + lines.Bytes;
            if (_text.Length <= mostBytes)
            {
                var line = lines.Line.Span;
                _text.Raw(_text.Length > 0 ? "\n"u8 : default);
                _text.Raw(line.EndsWith("\r"u8) ? line[..^1] : line);
            }
        }

        public RawRecord Close(JsonLine json, FormatInput input)
        {
            Lines = 0;
            var line = input.Start > 0 ? 0 : _number;
            return _end - _start > input.MostBytes
                ? new RawRecord(_text.Memory[..Math.Min(_text.Length, RawRecord.KeptOfLong)], _start, _end - _start, line, RawRecord.TooLong(input.MostBytes))
                : WholeText.Record(json, _text.Memory, _start, _end - _start, line);
        }
    }
}
