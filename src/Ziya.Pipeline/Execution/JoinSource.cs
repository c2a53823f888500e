using System.Buffers.Text;
using Ziya.Pipeline.Plans;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Runs;
using Ziya.Pipeline.Storage;

namespace Ziya.Pipeline.Execution;

/// <summary>Reads what an earlier pass wrote of a shard, with the changes of the passes since joined by ordinal.</summary>
internal sealed class JoinSource(PassWork work, IStore store)
{
    private readonly RecordParser _parser = RecordParser.ForInternal(work.In);

    /// <summary>The file of whole records of a task.</summary>
    public static string BasePath(Phase phase, int task) => $"{phase.Folder}/{Marker.Part(task)}.jsonl.zst";

    /// <summary>The file of changes of a task.</summary>
    public static string ChangesPath(Phase phase, int task) => $"{phase.Folder}/{Marker.Part(task)}.changes.jsonl.zst";

    /// <summary>The records of a shard in order, without those that passes since have dropped.</summary>
    public IEnumerable<Incoming> Read(int shard)
    {
        var changes = work.Changes.Select(pass => new Cursor(store, ChangesPath(pass.Phase, shard))).ToList();
        try
        {
            var path = BasePath(work.Base!.Phase, shard);
            foreach (var (ordinal, json) in RowReader.Rows(store, path))
            {
                if (!IsDropped(changes, ordinal))
                {
                    var record = (HasNewText(changes, ordinal) ? _parser.ParseWithoutText(json.Span, out var fault) : _parser.Parse(json.Span, default, "", out fault))
                        ?? throw RowReader.Damaged(store, path, $"row {ordinal + 1}: {fault}");
                    yield return new Incoming(Join(record, changes, ordinal), ordinal, json.Length, null);
                }
            }
        }
        finally
        {
            // A task that fails does not read to the end.
            changes.ForEach(change => change.Dispose());
        }
    }

    /// <summary>Whether a pass since has dropped it: then it need not be parsed, which is most of what a record costs.</summary>
    private static bool IsDropped(List<Cursor> changes, int ordinal)
    {
        foreach (var change in changes)
        {
            if (change.MoveTo(ordinal) && change.IsDrop)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a pass since has changed its text, which then need not be made of what was there before. Changes are in the order of the fields.</summary>
    private static bool HasNewText(List<Cursor> changes, int ordinal)
    {
        foreach (var change in changes)
        {
            if (change.MoveTo(ordinal) && change.Members.StartsWith("{\"text\":\""u8))
            {
                return true;
            }
        }

        return false;
    }

    private Record Join(Record record, List<Cursor> changes, int ordinal)
    {
        foreach (var change in changes)
        {
            record = change.MoveTo(ordinal) ? _parser.Merge(record, change.Members) : record;
        }

        return record;
    }

    /// <summary>Walks lines of the form <c>[ordinal,{changes}]</c>, or <c>[ordinal,null]</c> for a drop.</summary>
    private sealed class Cursor(IStore store, string path) : IDisposable
    {
        private readonly IEnumerator<(int Row, ReadOnlyMemory<byte> Json)> _lines = RowReader.Rows(store, path).GetEnumerator();
        private int _at = -1;
        private bool _ended;
        private ReadOnlyMemory<byte> _change;

        public bool IsDrop => _change.Span[0] == (byte)'n';

        public ReadOnlySpan<byte> Members => _change.Span;

        /// <summary>Whether there is a change for an ordinal; ordinals are asked for in order.</summary>
        public bool MoveTo(int ordinal)
        {
            while (_at < ordinal && !_ended)
            {
                if (!_lines.MoveNext())
                {
                    _ended = true;
                    break;
                }

                var (row, line) = _lines.Current;
                if (line.Length < 2 || !Utf8Parser.TryParse(line.Span[1..], out _at, out var used) || used + 3 >= line.Length)
                {
                    throw RowReader.Damaged(store, path, $"row {row + 1} is no change");
                }

                _change = line[(used + 2)..^1];
            }

            return !_ended && _at == ordinal;
        }

        public void Dispose() => _lines.Dispose();
    }
}
