using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;

namespace Ziya.Models.Devices;

/// <summary>The ONNX Runtime that this process uses.</summary>
public static class OnnxRuntime
{
    /// <summary>Its version.</summary>
    public static string Version { get; } = OrtEnv.Instance().GetVersionString();

    /// <summary>The execution providers it was built to use; that one is among them does not say that its library is there.</summary>
    public static IReadOnlyList<string> Providers { get; } = OrtEnv.Instance().GetAvailableProviders();

    /// <summary>The file of its library; empty where the system does not tell.</summary>
    public static string LibraryPath { get; } = Find();

    private static string Find()
    {
        using var process = Process.GetCurrentProcess();
        return process.Modules.Cast<ProcessModule>().Select(module => module.FileName)
            .FirstOrDefault(path => Path.GetFileName(path) is "libonnxruntime.so" or "onnxruntime.dll" or "libonnxruntime.dylib" || Path.GetFileName(path).StartsWith("libonnxruntime.so.", StringComparison.Ordinal)) ?? "";
    }
}
