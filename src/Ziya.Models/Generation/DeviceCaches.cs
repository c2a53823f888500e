using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Ziya.Models.Export;
using Ziya.Models.Protos.Onnx;

namespace Ziya.Models.Generation;

/// <summary>
/// Keys and values in memory that only the runtime can reach: its allocator gives it, and slots are copied by a graph of one Identity a cache, from a view of
/// the one slot to a view of the other.
/// </summary>
internal sealed class DeviceCaches : KvCaches
{
    private readonly OrtAllocator _allocator;
    private readonly InferenceSession _copying;
    private readonly OrtMemoryAllocation[] _allocations;
    private readonly RunOptions _run = new();

    /// <param name="session">A session on the device, whose allocator is used.</param>
    /// <param name="memory">The device's memory.</param>
    /// <param name="open">Opens a graph on the device.</param>
    /// <param name="shape">The decoder's shape.</param>
    /// <param name="slots">Slots.</param>
    /// <param name="positions">Positions of each.</param>
    /// <exception cref="OutOfMemoryException">The device has not that much memory.</exception>
    public DeviceCaches(InferenceSession session, OrtMemoryInfo memory, Func<byte[], InferenceSession> open, DecoderShape shape, int slots, int positions)
        : base(shape, slots, positions, memory)
    {
        _allocations = new OrtMemoryAllocation[Count];
        _allocator = new OrtAllocator(session, memory);
        try
        {
            _copying = open(CopyGraph(shape));
            for (var i = 0; i < _allocations.Length; i++)
            {
                // The managed interface allocates no more than this at once: of one layer, more than any device has for all of them.
                _allocations[i] = Bytes <= uint.MaxValue ? _allocator.Allocate((uint)Bytes) : throw new InsufficientMemoryException();
            }
        }
        catch (OnnxRuntimeException exception) when (_copying is not null)
        {
            Dispose();
            throw new InsufficientMemoryException(exception.Message, exception);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public override void Copy(int from, int to, int length)
    {
        using var binding = _copying.CreateIoBinding();
        for (var i = 0; i < Count; i++)
        {
            using var source = View(i, from, 1);
            using var target = View(i, to, 1);
            binding.BindInput($"from.{i}", source);
            binding.BindOutput($"to.{i}", target);
        }

        _copying.RunWithBinding(_run, binding);
        binding.SynchronizeBoundOutputs();
    }

    public override void Dispose()
    {
        foreach (var allocation in _allocations)
        {
            allocation?.Dispose();
        }

        _copying?.Dispose();
        _allocator.Dispose();
        _run.Dispose();
    }

    protected override nint Start(int cache) => _allocations[cache].DangerousGetHandle();

    private static byte[] CopyGraph(DecoderShape shape)
    {
        var graph = new OnnxGraph();
        for (var i = 0; i < 2 * shape.Layers; i++)
        {
            object[] row = [1, shape.KvHeads, "positions", shape.HeadSize];
            var from = graph.Input($"from.{i}", (TensorProto.Types.DataType)shape.KvType, row);
            graph.Output(from, $"to.{i}", (TensorProto.Types.DataType)shape.KvType, row);
        }

        return graph.ToModel().ToByteArray();
    }
}
