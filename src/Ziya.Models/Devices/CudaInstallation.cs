using System.Globalization;
using System.Runtime.InteropServices;

namespace Ziya.Models.Devices;

/// <summary>What of all that CUDA needs is on this machine.</summary>
/// <remarks>
/// ONNX Runtime loads its CUDA provider, <c>libonnxruntime_providers_cuda.so</c>, from beside its own library; the provider needs libraries of NVIDIA's CUDA toolkit on the loader's path,
/// and the driver. Where a piece is missing ONNX Runtime names one library and an error number; here all of them are named, with what to do.
/// </remarks>
public sealed record CudaInstallation
{
    internal const string ProviderFile = "libonnxruntime_providers_cuda.so";

    private static readonly Lazy<CudaInstallation> Found = new(Look);

    /// <summary>This machine's.</summary>
    public static CudaInstallation Here => Found.Value;

    /// <summary>Whether it is a system on which ONNX Runtime has CUDA for this program: Linux.</summary>
    public bool IsSupportedSystem { get; init; } = true;

    /// <summary>Where the provider's library was looked for.</summary>
    public required string ProviderPath { get; init; }

    /// <summary>Whether it is there.</summary>
    public required bool HasProvider { get; init; }

    /// <summary>The CUDA version the provider is made for, such as 13; 0 where it is not known.</summary>
    public int Major { get; init; }

    /// <summary>Libraries that the provider needs and that cannot be loaded, the driver's left out.</summary>
    public IReadOnlyList<string> MissingLibraries { get; init; } = [];

    /// <summary>Whether the driver's library is there.</summary>
    public bool HasDriver { get; init; }

    /// <summary>What the driver answered when it was woken; 0 if all is well.</summary>
    public int DriverError { get; init; }

    /// <summary>The CUDA version that the driver supports, 1000 times the major number and 10 times the minor one.</summary>
    public int DriverVersion { get; init; }

    /// <summary>The devices by their numbers.</summary>
    public IReadOnlyList<CudaDevice> Devices { get; init; } = [];

    /// <summary>All that keeps a device from being used and what to do about each; nothing where it can be used.</summary>
    public IReadOnlyList<string> Faults(int index)
    {
        if (!IsSupportedSystem)
        {
            return ["this program uses CUDA on Linux only"];
        }

        var faults = new List<string>();
        if (!HasProvider)
        {
            faults.Add($"ONNX Runtime's CUDA provider is missing ({ProviderPath}): build with 'dotnet build -p:UseCuda=true', which brings it");
        }
        else if (MissingLibraries.Count > 0)
        {
            var cuda = Major > 0 ? string.Create(CultureInfo.InvariantCulture, $"CUDA {Major}") : "CUDA";
            faults.Add($"libraries of {cuda} are missing ({string.Join(", ", MissingLibraries)}): install the CUDA toolkit{(MissingLibraries.Any(name => name.Contains("cudnn", StringComparison.Ordinal)) ? " and cuDNN" : "")}, or put the folders that hold them on LD_LIBRARY_PATH");
        }

        if (!HasDriver)
        {
            faults.Add("NVIDIA's driver is missing (libcuda.so.1): install it; in a container, start that with the NVIDIA container toolkit (--gpus all)");
        }
        else if (DriverError != 0)
        {
            faults.Add(DriverError == 100
                ? "the driver finds no CUDA device (error 100): check nvidia-smi and CUDA_VISIBLE_DEVICES"
                : string.Create(CultureInfo.InvariantCulture, $"the driver does not start (error {DriverError}): check nvidia-smi; after an update of the driver the machine has to start again"));
        }
        else if (DriverVersion / 1000 < Major)
        {
            faults.Add(string.Create(CultureInfo.InvariantCulture, $"the driver supports CUDA up to {DriverVersion / 1000}.{DriverVersion % 1000 / 10}, the provider is made for {Major}: install a newer driver"));
        }
        else if (index >= Devices.Count)
        {
            faults.Add(string.Create(CultureInfo.InvariantCulture, $"there is no device {index}: the driver finds {Devices.Count}{(Devices.Count > 0 ? ", counted from 0" : "; check nvidia-smi and CUDA_VISIBLE_DEVICES")}"));
        }

        return faults;
    }

    private static CudaInstallation Look()
    {
        var path = Path.Combine(Path.GetDirectoryName(OnnxRuntime.LibraryPath) ?? "", ProviderFile);
        if (!OperatingSystem.IsLinux())
        {
            return new CudaInstallation { IsSupportedSystem = false, ProviderPath = path, HasProvider = false };
        }

        var needed = File.Exists(path) ? SharedLibrary.Needed(path) : [];
        var hasDriver = CudaDriver.Exists;
        var (error, version, devices) = hasDriver ? CudaDriver.Look() : (0, 0, []);
        return new CudaInstallation
        {
            ProviderPath = path,
            HasProvider = File.Exists(path),
            Major = needed.Where(name => name.StartsWith("libcudart.so.", StringComparison.Ordinal)).Select(name => int.TryParse(name.Split('.')[2], CultureInfo.InvariantCulture, out var major) ? major : 0).FirstOrDefault(),
            MissingLibraries = [.. needed.Where(name => !name.StartsWith("libcuda.so", StringComparison.Ordinal) && !NativeLibrary.TryLoad(name, out _))],
            HasDriver = hasDriver,
            DriverError = error,
            DriverVersion = version,
            Devices = devices,
        };
    }
}
