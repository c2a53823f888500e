using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Ziya.Models.Devices;

namespace Ziya.Models.Doctor;

/// <summary>What this machine offers to models.</summary>
public static class MachineDoctor
{
    /// <summary>Looks at the machine.</summary>
    public static IEnumerable<Finding> Examine()
    {
        var origin = typeof(MachineDoctor).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(attribute => attribute.Key == "OnnxRuntime")?.Value;
        yield return Finding.Ok("onnx runtime", $"{OnnxRuntime.Version}, {origin}");
        yield return Finding.Ok("its library", $"{OnnxRuntime.LibraryPath}");
        yield return Finding.Ok("providers", $"{string.Join(", ", OnnxRuntime.Providers.Select(name => name.Replace("ExecutionProvider", "", StringComparison.Ordinal)))}");
        yield return Finding.Ok("processor", $"{Environment.ProcessorCount} cores, {RuntimeInformation.ProcessArchitecture}{Instructions()}");
        yield return Finding.Ok("memory", $"{Machine.MemoryBytes / 1e9:N1} GB, {Machine.FreeMemoryBytes / 1e9:N1} GB free");
        yield return Finding.Ok("disk", $"{Machine.FreeDiskBytes(Environment.CurrentDirectory) / 1e9:N1} GB free in {Environment.CurrentDirectory}");
        foreach (var finding in Cuda(CudaInstallation.Here))
        {
            yield return finding;
        }
    }

    /// <summary>What there is of CUDA, and what is missing.</summary>
    internal static IEnumerable<Finding> Cuda(CudaInstallation cuda)
    {
        foreach (var (device, index) in cuda.Devices.Select((device, index) => (device, index)))
        {
            yield return Finding.Ok("cuda", $"device {index}: {device.Name}, {device.MemoryBytes / 1e9:N1} GB");
        }

        var faults = cuda.Faults(0);
        if (faults.Count == 0)
        {
            yield return Finding.Ok("cuda", $"can be used: models of float16 and bfloat16 compute on it (device: auto, or cuda)");
        }
        else if (!cuda.HasDriver)
        {
            // A machine without a GPU is not ill.
            yield return new Finding(Health.Ok, "cuda", "not to be used here, models compute on the CPU. It would need:", string.Join("; ", faults));
        }
        else
        {
            yield return Finding.Warning("cuda", $"there is a driver, but CUDA cannot be used: models compute on the CPU", string.Join("; ", faults));
        }
    }

    private static string Instructions() => !X86Base.IsSupported ? "" : Avx512F.IsSupported ? ", AVX-512" : Avx2.IsSupported ? ", AVX2" : ", without AVX2: slow";
}
