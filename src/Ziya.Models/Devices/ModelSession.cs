using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using Ziya.Models.Export;
using Ziya.Models.Generation;

namespace Ziya.Models.Devices;

/// <summary>A graph opened on a device. The one place where sessions over models are made.</summary>
internal sealed class ModelSession : IDisposable
{
    private readonly SessionOptions _options;

    private ModelSession(SessionOptions options, InferenceSession session, Device device)
    {
        (_options, Session, Device) = (options, session, device);
        Memory = device.Cuda is { } index ? new OrtMemoryInfo(OrtMemoryInfo.allocatorCUDA, OrtAllocatorType.ArenaAllocator, index, OrtMemType.Default) : null;
    }

    /// <summary>The session.</summary>
    public InferenceSession Session { get; }

    /// <summary>Where it computes.</summary>
    public Device Device { get; }

    /// <summary>The device's own memory; null where that is the machine's.</summary>
    public OrtMemoryInfo? Memory { get; }

    /// <summary>Opens a graph.</summary>
    /// <param name="path">Its file.</param>
    /// <param name="wish"><c>auto</c>, <c>cpu</c>, <c>cuda</c> or <c>cuda:1</c>: see <see cref="Device.Choose"/>.</param>
    /// <param name="compute">In what it computes.</param>
    /// <exception cref="InvalidDataException">The device is not possible, or the graph cannot be opened; the message says what to do.</exception>
    public static ModelSession Open(string path, string wish, Precision compute)
    {
        try
        {
            var device = Device.Choose(wish, compute, CudaInstallation.Here);
            return device.Cuda is null || wish != "auto" || compute == Precision.BFloat16 ? Open(path, device) : OpenFirst(path, device);
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidDataException($"{path}: {exception.Message}", exception);
        }
        catch (OnnxRuntimeException exception)
        {
            // What is missing or cut off is said more plainly here.
            GraphWeights.Locate(path, GraphWeights.ReadGraph(path));
            throw new InvalidDataException($"{path}: ONNX Runtime cannot open the model: {exception.Message} Export it again.", exception);
        }
    }

    /// <summary>Opens a graph that is in memory, on the same device.</summary>
    public InferenceSession Open(byte[] graph)
    {
        using var options = Options(Device);
        // A graph that only copies must not be optimized away.
        options.GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL;
        return new InferenceSession(graph, options);
    }

    /// <summary>Room for keys and values where the model computes.</summary>
    /// <exception cref="OutOfMemoryException">There is not that much memory.</exception>
    public KvCaches NewCaches(DecoderShape shape, int slots, int positions) =>
        Memory is null ? new HostCaches(shape, slots, positions) : new DeviceCaches(Session, Memory, Open, shape, slots, positions);

    /// <inheritdoc/>
    public void Dispose()
    {
        Memory?.Dispose();
        Session.Dispose();
        _options.Dispose();
    }

    /// <summary>'auto' is where it works: a device that looks right and then refuses is none.</summary>
    private static ModelSession OpenFirst(string path, Device device)
    {
        try
        {
            return Open(path, device);
        }
        catch (OnnxRuntimeException)
        {
            return Open(path, Device.Cpu);
        }
    }

    private static ModelSession Open(string path, Device device)
    {
        var options = Options(device);
        try
        {
            return new ModelSession(options, new InferenceSession(path, options), device);
        }
        catch
        {
            options.Dispose();
            throw;
        }
    }

    private static SessionOptions Options(Device device)
    {
        var options = new SessionOptions { GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL };

        // Threads that wait spin for a millisecond by default. Where a job's steps, or others, work on the same cores that halves the speed of both; this long bridges most operators.
        options.AddSessionConfigEntry("session.intra_op.spin_duration_us", "20");
        if (device.Cuda is { } index)
        {
            using var cuda = new OrtCUDAProviderOptions();
            cuda.UpdateOptions(new Dictionary<string, string>
            {
                ["device_id"] = index.ToString(CultureInfo.InvariantCulture),
                // Caches are asked for once, in the sizes they have: rounding up to a power of two would waste half of the device.
                ["arena_extend_strategy"] = "kSameAsRequested",
            });
            options.AppendExecutionProvider_CUDA(cuda);
        }

        return options;
    }
}
