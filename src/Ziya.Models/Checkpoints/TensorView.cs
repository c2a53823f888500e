using System.IO.MemoryMappedFiles;

namespace Ziya.Models.Checkpoints;

/// <summary>One tensor mapped into memory, for as long as the view lives.</summary>
public sealed unsafe class TensorView : IDisposable
{
    private readonly MemoryMappedFile? _map;
    private readonly MemoryMappedViewAccessor? _view;
    private readonly byte* _bytes;

    internal TensorView(CheckpointTensor tensor)
    {
        Tensor = tensor;
        if (tensor.Bytes == 0)
        {
            return;
        }

        using var file = File.OpenHandle(tensor.File);
        // A file that shrank since it was opened would be a bus error, which nothing can catch.
        if (RandomAccess.GetLength(file) < tensor.Offset + tensor.Bytes)
        {
            throw new InvalidDataException($"{tensor.File}: became shorter while it was read: {tensor.Name} is cut off.");
        }

        _map = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        _view = _map.CreateViewAccessor(tensor.Offset, tensor.Bytes, MemoryMappedFileAccess.Read);
        byte* pointer = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref pointer);
        _bytes = pointer + _view.PointerOffset;
    }

    /// <summary>What is viewed.</summary>
    public CheckpointTensor Tensor { get; }

    /// <summary>A stretch of the tensor's bytes; valid until the view is disposed.</summary>
    public ReadOnlySpan<byte> Bytes(long offset, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + count, Tensor.Bytes);
        return new ReadOnlySpan<byte>(_bytes + offset, count);
    }

    /// <summary>Elements as floats, from the element <paramref name="first"/> on.</summary>
    public void Read(long first, Span<float> floats)
    {
        var size = Tensor.Type.Size();
        TensorElements.ToFloats(Tensor.Type, Bytes(first * size, checked(floats.Length * size)), floats);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_view is not null)
        {
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
        }

        _map?.Dispose();
    }
}
