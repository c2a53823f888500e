using System.Runtime.InteropServices;

namespace Ziya.Models.Devices;

/// <summary>The few calls of NVIDIA's driver (<c>libcuda.so.1</c>) that say which devices there are. Only to be used where the library can be loaded.</summary>
internal static unsafe partial class CudaDriver
{
    private const string Library = "libcuda.so.1";

    /// <summary>Whether the driver's library is there.</summary>
    public static bool Exists => NativeLibrary.TryLoad(Library, out _);

    /// <summary>What the driver answers when it is woken, 0 if all is well; the CUDA version it supports, such as 13000; its devices.</summary>
    public static (int Error, int Version, IReadOnlyList<CudaDevice> Devices) Look()
    {
        var error = Init(0);
        if (error != 0)
        {
            return (error, 0, []);
        }

        _ = DriverVersion(out var version);
        _ = DeviceCount(out var count);
        return (0, version, [.. Enumerable.Range(0, count).Select(Describe)]);
    }

    private static CudaDevice Describe(int ordinal)
    {
        Span<byte> name = stackalloc byte[256];
        _ = DeviceGet(out var device, ordinal);
        nuint bytes;
        fixed (byte* start = name)
        {
            _ = DeviceName(start, name.Length, device);
            _ = DeviceMemory(&bytes, device);
            return new CudaDevice(Marshal.PtrToStringUTF8((nint)start) ?? "", (long)bytes);
        }
    }

    [LibraryImport(Library, EntryPoint = "cuInit")]
    private static partial int Init(uint flags);

    [LibraryImport(Library, EntryPoint = "cuDriverGetVersion")]
    private static partial int DriverVersion(out int version);

    [LibraryImport(Library, EntryPoint = "cuDeviceGetCount")]
    private static partial int DeviceCount(out int count);

    [LibraryImport(Library, EntryPoint = "cuDeviceGet")]
    private static partial int DeviceGet(out int device, int ordinal);

    [LibraryImport(Library, EntryPoint = "cuDeviceGetName")]
    private static partial int DeviceName(byte* name, int length, int device);

    [LibraryImport(Library, EntryPoint = "cuDeviceTotalMem_v2")]
    private static partial int DeviceMemory(nuint* bytes, int device);
}
