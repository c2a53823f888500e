using System.Buffers.Binary;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Deduplication;

/// <summary>Step 4 of <see cref="DedupLines"/>: all that was found about a record, in one finding. Memory: a bit for each span of a record.</summary>
internal sealed class TellSpansStage(Channel findings) : Stage("tell", [DedupLines.Named], [findings])
{
    private readonly List<SpanFinding.Note> _notes = [];
    private byte[] _bits = new byte[256];
    private int _bytes;

    /// <inheritdoc/>
    public override void Reduce(IEnumerable<Entry> entries, IEntryWriter output)
    {
        Address? record = null;
        (int Span, Address Keeper) last = default;
        foreach (var entry in entries)
        {
            var at = Address.Read(entry.Span);
            if (record is { } before && before != at)
            {
                Flush(output, before);
            }

            var isNew = record != at;
            record = at;
            var (span, keeperSpan) = (BinaryPrimitives.ReadInt32BigEndian(entry.Span[8..]), BinaryPrimitives.ReadInt32BigEndian(entry.Span[12..]));
            var keeper = Address.Read(entry.Span[16..]);
            Mark(span);

            // What follows on from the last and stands in the same record is one passage.
            if (_notes.Count < SpanFinding.MostNotes && (isNew || last != (span - 1, keeper)))
            {
                _notes.Add(new SpanFinding.Note(span, keeper, keeperSpan, entry.Span[24..].ToArray()));
            }

            last = (span, keeper);
        }

        if (record is { } end)
        {
            Flush(output, end);
        }
    }

    private void Mark(int span)
    {
        if (span / 8 >= _bits.Length)
        {
            Array.Resize(ref _bits, Math.Max(2 * _bits.Length, (span / 8) + 1));
        }

        _bits[span / 8] |= (byte)(1 << (span % 8));
        _bytes = Math.Max(_bytes, (span / 8) + 1);
    }

    private void Flush(IEntryWriter output, Address record)
    {
        SpanFinding.Write(output, findings, record, _bits.AsSpan(0, _bytes), _notes);
        _bits.AsSpan(0, _bytes).Clear();
        _bytes = 0;
        _notes.Clear();
    }
}
