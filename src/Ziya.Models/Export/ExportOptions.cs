namespace Ziya.Models.Export;

/// <summary>How a model is exported.</summary>
public sealed record ExportOptions
{
    /// <summary>How weights are stored. Default float32.</summary>
    public Precision Weights { get; init; }

    /// <summary>In what int8 and int4 models compute: float32 (default; for CPU), float16 or bfloat16 (for CUDA). Other models compute in what they are stored in.</summary>
    public Precision Compute { get; init; }

    /// <summary>Inputs that share a scale in int8 and int4 models: 16, 32 (default), 64, 128 or 256.</summary>
    public int BlockSize { get; init; } = 32;

    /// <summary>What ONNX Runtime may round activations to when it multiplies int8 and int4 weights: 0 (default) nothing, 4 to 8 bits, which is faster on CPU and less exact.</summary>
    public int AccuracyLevel { get; init; }

    /// <summary>Positions, where rotary models are used beyond what their configuration says. Default: the configuration's.</summary>
    public int? Context { get; init; }
}
