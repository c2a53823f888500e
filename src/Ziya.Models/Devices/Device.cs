using System.Globalization;
using System.Text.RegularExpressions;
using Ziya.Models.Export;

namespace Ziya.Models.Devices;

/// <summary>Where a model computes: the processor, or a CUDA device.</summary>
public sealed partial record Device
{
    /// <summary>What the option <c>device</c> of a model can be.</summary>
    internal const string Pattern = "auto|cpu|cuda(:[0-9]{1,3})?";

    private Device(int? cuda) => Cuda = cuda;

    /// <summary>The processor.</summary>
    public static Device Cpu { get; } = new((int?)null);

    /// <summary>The number of the CUDA device; null for the processor.</summary>
    public int? Cuda { get; }

    /// <summary>Whether a text is <c>auto</c>, <c>cpu</c>, <c>cuda</c>, or that with a number.</summary>
    public static bool IsDevice(string? text) => text is not null && Form().IsMatch(text);

    /// <summary>Chooses a device for a model.</summary>
    /// <param name="wish"><c>cpu</c>; <c>cuda</c> or <c>cuda:1</c>; <c>auto</c>: the first CUDA device where there is one and the model can compute on it, the processor otherwise.</param>
    /// <param name="compute">In what the model computes.</param>
    /// <param name="cuda">What there is of CUDA.</param>
    /// <exception cref="InvalidDataException">It cannot be; the message says what is missing and what to do.</exception>
    public static Device Choose(string wish, Precision compute, CudaInstallation cuda)
    {
        ArgumentNullException.ThrowIfNull(wish);
        ArgumentNullException.ThrowIfNull(cuda);
        if (wish == "cpu" || (wish == "auto" && (compute == Precision.Float32 || cuda.Faults(0).Count > 0)))
        {
            return compute == Precision.BFloat16
                ? throw new InvalidDataException($"It computes in bfloat16, for which ONNX Runtime has no attention on the CPU. Export it with --dtype float32 or float16 for the CPU{(wish == "auto" ? "; a CUDA device cannot be used here: " + string.Join("; ", cuda.Faults(0)) : "")}.")
                : Cpu;
        }

        var index = wish.StartsWith("cuda:", StringComparison.Ordinal) ? int.Parse(wish.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture) : 0;
        return cuda.Faults(index) is { Count: > 0 } faults
            ? throw new InvalidDataException($"'device' is {wish}, which is not possible here: {string.Join("; ", faults)}. Or use device: cpu.")
            : compute == Precision.Float32
            ? throw new InvalidDataException($"'device' is {wish}, but it computes in float32, for which ONNX Runtime has no attention on CUDA. Export it with --dtype float16 or bfloat16; int8 and int4 models with --compute float16.")
            : new Device(index);
    }

    /// <inheritdoc/>
    public override string ToString() => Cuda is { } index ? string.Create(CultureInfo.InvariantCulture, $"cuda:{index}") : "cpu";

    [GeneratedRegex("^(" + Pattern + ")$")]
    private static partial Regex Form();
}
