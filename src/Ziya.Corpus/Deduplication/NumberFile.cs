using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Ziya.Pipeline.Shuffle;

namespace Ziya.Corpus.Deduplication;

/// <summary>Numbers on the disk: written, then read. Made when there is one; gone when disposed, however the process ends.</summary>
/// <param name="scratch">The folder it lies in.</param>
internal sealed class NumberFile(string scratch) : IDisposable
{
    // Few, since hundreds are written in turns.
    private const int WriteNumbers = 1 << 9;
    private const int ReadNumbers = 1 << 12;

    private SafeFileHandle? _file;
    private ulong[] _buffer = [];
    private int _used;
    private long _bytes;

    /// <summary>Adds a number.</summary>
    public void Add(ulong number)
    {
        if (_used == _buffer.Length)
        {
            Flush();
        }

        _buffer[_used++] = number;
    }

    /// <summary>Adds two numbers.</summary>
    public void Add(ulong one, ulong two)
    {
        Add(one);
        Add(two);
    }

    /// <summary>All numbers.</summary>
    public IEnumerable<ulong> Ones()
    {
        Flush();
        _buffer = [];
        var read = new ulong[ReadNumbers];
        for (long at = 0; at < _bytes;)
        {
            // Short only at the end: nothing but this class writes the file.
            var bytes = RandomAccess.Read(_file!, MemoryMarshal.AsBytes(read.AsSpan()), at);
            at += bytes;
            for (var i = 0; i < bytes / sizeof(ulong); i++)
            {
                yield return read[i];
            }
        }
    }

    /// <summary>All numbers, two at a time.</summary>
    public IEnumerable<(ulong One, ulong Two)> Twos()
    {
        using var numbers = Ones().GetEnumerator();
        while (numbers.MoveNext())
        {
            var one = numbers.Current;
            numbers.MoveNext();
            yield return (one, numbers.Current);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file?.Dispose();
        (_file, _buffer, _used, _bytes) = (null, [], 0, 0);
    }

    private void Flush()
    {
        if (_buffer.Length == 0)
        {
            _buffer = new ulong[WriteNumbers];
            return;
        }

        _file ??= ScratchFile.Open(scratch);
        var bytes = MemoryMarshal.AsBytes(_buffer.AsSpan(0, _used));
        RandomAccess.Write(_file, bytes, _bytes);
        _bytes += bytes.Length;
        _used = 0;
    }
}
