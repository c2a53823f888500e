using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Ziya.Models.Generation;

/// <summary>The inputs and outputs of calls of one shape, bound once: so many rows of so many columns, slots of the caches in a row. What changes is written into the memory behind them.</summary>
internal abstract unsafe class GraphCall : IDisposable
{
    private readonly InferenceSession _session;
    private readonly OrtIoBinding _binding;
    private readonly bool _isOnDevice;
    private readonly List<OrtValue> _values = [];
    private readonly List<nint> _memory = [];
    private readonly Dictionary<string, OrtValue> _inputs = new(StringComparer.Ordinal);
    private readonly long* _ids;

    /// <param name="session">The session.</param>
    /// <param name="ids">The name of the input of ids.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="isOnDevice">Whether it computes where this machine's memory cannot be read.</param>
    protected GraphCall(InferenceSession session, string ids, int rows, int columns, bool isOnDevice)
    {
        (_session, _isOnDevice, Rows, Columns) = (session, isOnDevice, rows, columns);
        _binding = session.CreateIoBinding();
        _ids = Allocate<long>((long)rows * columns);
        Input(ids, TensorElementType.Int64, [rows, columns], _ids, sizeof(long));
    }

    protected int Rows { get; }

    protected int Columns { get; }

    /// <summary>The tokens of a row, after <paramref name="before"/> positions; the rest of the row is padding.</summary>
    public virtual void SetRow(int row, ReadOnlySpan<int> tokens, int before)
    {
        for (var i = 0; i < Columns; i++)
        {
            _ids[(row * Columns) + i] = i < tokens.Length ? tokens[i] : 0;
        }
    }

    /// <summary>Computes. <paramref name="total"/>: positions of the longest row, past and new. The logits of the rows' last tokens are then in <paramref name="logits"/>.</summary>
    public abstract void Run(RunOptions run, int total, Span<float> logits);

    /// <inheritdoc/>
    public void Dispose()
    {
        _binding.Dispose();
        _values.ForEach(value => value.Dispose());
        _inputs.Values.ToList().ForEach(value => value.Dispose());
        _memory.ForEach(address => NativeMemory.Free((void*)address));
        GC.SuppressFinalize(this);
    }

    /// <summary>Zeros, until this is disposed of.</summary>
    protected T* Allocate<T>(long count)
        where T : unmanaged
    {
        var address = NativeMemory.AllocZeroed((nuint)count, (nuint)sizeof(T));
        _memory.Add((nint)address);
        return (T*)address;
    }

    /// <summary>Binds memory to an input, in place of what was.</summary>
    protected void Input(string name, TensorElementType type, long[] shape, void* data, int size)
    {
        var value = OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, type, shape, (nint)data, shape.Aggregate((long)size, (bytes, length) => bytes * length));
        _binding.BindInput(name, value);
        if (_inputs.Remove(name, out var old))
        {
            old.Dispose();
        }

        _inputs.Add(name, value);
    }

    /// <summary>Binds memory to an output.</summary>
    protected void Output(string name, TensorElementType type, long[] shape, nint data, int size) =>
        _binding.BindOutput(name, Keep(OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, type, shape, data, shape.Aggregate((long)size, (bytes, length) => bytes * length))));

    /// <summary>Binds slots of a cache as what comes in and what goes out.</summary>
    protected void Cache(KvCaches caches, int cache, string pastName, int past, string presentName, int present)
    {
        _binding.BindInput(pastName, Keep(caches.View(cache, past, Rows)));
        _binding.BindOutput(presentName, Keep(caches.View(cache, present, Rows)));
    }

    protected void Execute(RunOptions run)
    {
        if (!_isOnDevice)
        {
            _session.RunWithBinding(run, _binding);
            return;
        }

        // Binding copies to a device what lies elsewhere, so what has changed must be bound anew.
        foreach (var (name, value) in _inputs)
        {
            _binding.BindInput(name, value);
        }

        _binding.SynchronizeBoundInputs();
        _session.RunWithBinding(run, _binding);
        _binding.SynchronizeBoundOutputs();
    }

    private OrtValue Keep(OrtValue value)
    {
        _values.Add(value);
        return value;
    }
}
