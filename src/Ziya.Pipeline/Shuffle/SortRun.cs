using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using Ziya.Pipeline.Steps;

namespace Ziya.Pipeline.Shuffle;

/// <summary>Sorted entries on the disk: written once, then read any number of times. Gone when disposed, however the process ends.</summary>
internal sealed class SortRun : IDisposable
{
    private const int BufferBytes = 1 << 16;

    private readonly SafeFileHandle _file;
    private byte[]? _buffer = new byte[BufferBytes];
    private int _used;
    private long _bytes;

    /// <param name="scratch">The folder it lies in.</param>
    /// <param name="level">How often its entries were merged.</param>
    public SortRun(string scratch, int level)
    {
        Level = level;
        _file = ScratchFile.Open(scratch);
    }

    /// <summary>How often its entries were merged.</summary>
    public int Level { get; }

    /// <summary>Adds an entry that is not below the one before.</summary>
    public void Add(ReadOnlySpan<byte> entry)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, entry.Length);
        Write(length);
        Write(entry);
    }

    /// <summary>Ends the writing.</summary>
    public void Finish()
    {
        Flush();
        _buffer = null;
    }

    /// <summary>The entries. Two readings do not disturb each other.</summary>
    public IEnumerator<Entry> Read()
    {
        var buffer = new byte[BufferBytes];
        long position = 0;
        var start = 0;
        var end = 0;
        while (true)
        {
            var length = end - start >= sizeof(int) ? BinaryPrimitives.ReadInt32LittleEndian(buffer.AsSpan(start)) : -1;
            if (length < 0 || end - start < sizeof(int) + length)
            {
                var needed = Math.Max(BufferBytes, length + sizeof(int));
                var next = needed > buffer.Length ? new byte[needed] : buffer;
                buffer.AsSpan(start, end - start).CopyTo(next);
                buffer = next;
                end -= start;
                start = 0;
                var read = RandomAccess.Read(_file, buffer.AsSpan(end), position);
                if (read == 0)
                {
                    yield break;
                }

                position += read;
                end += read;
                continue;
            }

            yield return new Entry(buffer.AsMemory(start + sizeof(int), length));
            start += sizeof(int) + length;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private void Write(ReadOnlySpan<byte> bytes)
    {
        if (_used + bytes.Length > BufferBytes)
        {
            Flush();
        }

        if (bytes.Length > BufferBytes)
        {
            RandomAccess.Write(_file, bytes, _bytes);
            _bytes += bytes.Length;
            return;
        }

        bytes.CopyTo(_buffer.AsSpan(_used));
        _used += bytes.Length;
    }

    private void Flush()
    {
        RandomAccess.Write(_file, _buffer.AsSpan(0, _used), _bytes);
        _bytes += _used;
        _used = 0;
    }
}
