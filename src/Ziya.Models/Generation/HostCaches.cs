using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace Ziya.Models.Generation;

/// <summary>Keys and values in the machine's memory.</summary>
internal sealed unsafe class HostCaches : KvCaches
{
    private readonly nint[] _starts;

    /// <exception cref="OutOfMemoryException">There is not that much memory.</exception>
    public HostCaches(DecoderShape shape, int slots, int positions)
        : base(shape, slots, positions, OrtMemoryInfo.DefaultInstance)
    {
        _starts = new nint[Count];
        try
        {
            for (var i = 0; i < _starts.Length; i++)
            {
                _starts[i] = (nint)NativeMemory.AlignedAlloc((nuint)Bytes, 64);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public override void Copy(int from, int to, int length)
    {
        // What is used of a head is a small part of its row.
        var head = RowBytes / Shape.KvHeads;
        var used = head / Positions * length;
        foreach (var start in _starts)
        {
            for (var i = 0; i < Shape.KvHeads; i++)
            {
                Buffer.MemoryCopy((byte*)start + (from * RowBytes) + (i * head), (byte*)start + (to * RowBytes) + (i * head), used, used);
            }
        }
    }

    public override void Dispose()
    {
        for (var i = 0; i < _starts.Length; i++)
        {
            NativeMemory.AlignedFree((void*)_starts[i]);
            _starts[i] = 0;
        }
    }

    protected override nint Start(int cache) => _starts[cache];
}
