using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Pipeline.Writing;

/// <summary>
/// First half of the shuffle: the tokens of each record as entries under a hash of its folder and a random key. Sorted by their bytes they are in the order of the files, one folder
/// after the other; a partition is a stretch of the keys, so that the files of a folder one after another are one permutation of its records, whatever the shards and the workers.
/// </summary>
internal sealed class TokenSpill(OutputOptions options, RecordKind kind, ulong seed, SpillSet spills)
{
    /// <summary>Where the entries go.</summary>
    public static readonly Channel Tokens = new("tokens", Spread.Partitions);

    private readonly TokenFormat _format = (TokenFormat)options.OpenFormat();
    private readonly TokenOptions _tokens = options.Tokens!;
    private readonly string _rest = FolderPattern.Rest(options.Write);
    private readonly TokenRow _row = new();
    private byte[] _entry = new byte[4096];

    /// <summary>Adds the entries of a record. Null where it has done so; otherwise why it is not written.</summary>
    public string? Write(Record record, Address at, out int tokens)
    {
        _row.Clear();
        var fault = _format.Tokenize(record, _row) ?? (_row.Count == 0 ? "empty" : _row.Count > _tokens.Context && _tokens.Longer == LongRecords.Drop ? "longer_than_context" : null);
        tokens = _row.Count;
        if (fault is null)
        {
            var key = Key(record, seed);
            var folder = Encoding.UTF8.GetBytes(FolderPattern.For(_rest, record));
            for (int from = 0, chunk = 0; from < _row.Count; from += TokenChunk.Most, chunk++)
            {
                Add(key, at, chunk, folder, from);
            }

            spills.Keep();
        }

        return fault;
    }

    /// <summary>The partition of a key: a stretch of equal length for each.</summary>
    public static int PartitionOf(ulong key, int partitions) => (int)Math.BigMul(key, (ulong)partitions, out _);

    /// <summary>The random number of a record. The constant keeps it apart from other uses of the seed.</summary>
    public static ulong Key(Record record, ulong seed) =>
        XxHash3.HashToUInt64(MemoryMarshal.AsBytes(record.Id.AsSpan()), (long)(seed ^ 0x5A53_4855_4646_4C45));

    private void Add(ulong key, Address at, int chunk, byte[] folder, int from)
    {
        var count = Math.Min(TokenChunk.Most, _row.Count - from);
        ReadOnlySpan<byte> named = chunk == 0 ? folder : [];
        var size = TokenChunk.Head + named.Length + count * (_format.Info.Width + 1);
        if (_entry.Length < size)
        {
            _entry = new byte[size];
        }

        var entry = _entry.AsSpan(0, size);
        BinaryPrimitives.WriteUInt32BigEndian(entry, (uint)XxHash3.HashToUInt64(folder));
        BinaryPrimitives.WriteUInt64BigEndian(entry[4..], key);
        at.Write(entry[12..]);
        BinaryPrimitives.WriteInt32BigEndian(entry[20..], chunk);
        entry[24] = (byte)((chunk == 0 ? TokenChunk.First : 0) | (from + count == _row.Count ? TokenChunk.Last : 0) | (_format.HasMask(kind) ? TokenChunk.Masked : 0));
        BinaryPrimitives.WriteUInt16LittleEndian(entry[25..], (ushort)named.Length);
        named.CopyTo(entry[TokenChunk.Head..]);
        var used = TokenChunk.Head + named.Length;
        foreach (var id in _row.Ids.Slice(from, count))
        {
            if (_format.Info.Width == sizeof(ushort))
            {
                BinaryPrimitives.WriteUInt16LittleEndian(entry[used..], (ushort)id);
            }
            else
            {
                BinaryPrimitives.WriteInt32LittleEndian(entry[used..], id);
            }

            used += _format.Info.Width;
        }

        if (_format.HasMask(kind))
        {
            _row.Learned.Slice(from, count).CopyTo(entry[used..]);
            used += count;
        }

        spills.Add(Tokens, PartitionOf(key, spills.Partitions), entry[..used]);
    }
}
