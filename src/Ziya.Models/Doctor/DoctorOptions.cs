namespace Ziya.Models.Doctor;

/// <summary>What is checked of a model's folder, and how thoroughly.</summary>
public sealed record DoctorOptions
{
    /// <summary>The template it is to be used with, by name or file. Default: those that fit are named.</summary>
    public string? Template { get; init; }

    /// <summary>Where it is to compute: <c>auto</c> (default), <c>cpu</c>, <c>cuda</c>, <c>cuda:1</c>.</summary>
    public string Device { get; init; } = "auto";

    /// <summary>Most megabytes of weights that are searched for NaN and infinity, spread over all tensors; null: all. Default 1024.</summary>
    public int? ScanMb { get; init; } = 1024;

    /// <summary>Whether an exported model is opened and tried. Default true.</summary>
    public bool Runs { get; init; } = true;
}
