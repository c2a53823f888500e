using System.Buffers.Binary;
using Ziya.Pipeline.Runs;

namespace Ziya.Pipeline.Writing;

/// <summary>
/// A pair of files as Megatron-LM's IndexedDataset reads them (megatron/core/datasets/indexed_dataset.py): <c>.bin</c> holds the sequences one behind the other, little-endian; <c>.idx</c> says
/// where they begin.
/// </summary>
/// <remarks>
/// The index: <c>MMIDIDX\0\0</c>; version 1 (uint64); code of the type (uint8); sequences n (uint64); documents and one (uint64); the lengths (n × int32); the offsets in bytes (n × int64); the sequence
/// that each document begins with, and n (int64 each). Here each sequence is a document.
/// </remarks>
/// <param name="bin">The sequences.</param>
/// <param name="idx">The index.</param>
/// <param name="code">Megatron's code of the type.</param>
/// <param name="width">Its bytes.</param>
internal sealed class IndexedFile(RowFile bin, RowFile idx, byte code, int width)
{
    /// <summary>Megatron's codes: numpy's types by number.</summary>
    public const byte UInt8 = 1, Int32 = 4, UInt16 = 8;

    private readonly List<int> _lengths = [];
    private int _length;

    /// <summary>Bytes of the sequences so far.</summary>
    public long Bytes { get; private set; }

    /// <summary>The file with the sequences.</summary>
    public RowFile Bin => bin;

    /// <summary>The index.</summary>
    public RowFile Idx => idx;

    /// <summary>Adds to the sequence.</summary>
    public void Append(ReadOnlySpan<byte> elements)
    {
        bin.Content.Write(elements);
        _length += elements.Length / width;
        Bytes += elements.Length;
    }

    /// <summary>Ends the sequence.</summary>
    public void End()
    {
        _lengths.Add(_length);
        _length = 0;
    }

    /// <summary>Writes the index.</summary>
    public void Finish()
    {
        var output = new BufferedStream(idx.Content, 1 << 16);
        output.Write("MMIDIDX\0\0"u8);
        Write(output, 1);
        output.WriteByte(code);
        Write(output, _lengths.Count);
        Write(output, _lengths.Count + 1);
        Span<byte> number = stackalloc byte[sizeof(int)];
        foreach (var length in _lengths)
        {
            BinaryPrimitives.WriteInt32LittleEndian(number, length);
            output.Write(number);
        }

        var offset = 0L;
        foreach (var length in _lengths)
        {
            Write(output, offset);
            offset += (long)length * width;
        }

        for (var sequence = 0; sequence <= _lengths.Count; sequence++)
        {
            Write(output, sequence);
        }

        output.Flush();
    }

    private static void Write(BufferedStream output, long value)
    {
        Span<byte> number = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(number, value);
        output.Write(number);
    }
}
