using Ziya.Models.Checkpoints;
using Ziya.Models.Devices;

namespace Ziya.Models.Doctor;

/// <summary>Whether a model fits this machine.</summary>
internal static class FitDoctor
{
    // Of int8 and int4 with a scale of 4 bytes for 32 inputs; an int4 model's head has 8 bits, which is little of a large one.
    private const double Int8Bytes = 1 + (4.0 / 32);
    private const double Int4Bytes = 0.5 + (4.0 / 32);

    /// <summary>Keys and values that <c>cache_mb</c> holds by default.</summary>
    private const int DefaultCacheMb = 1024;

    public static IEnumerable<Finding> Computing(Patient patient, string wish)
    {
        if (patient.IsExported)
        {
            yield return Finding.Ok("device", $"{Device.Choose(wish, patient.Manifest.Compute, CudaInstallation.Here)}, by device: {wish}");
        }
    }

    public static IEnumerable<Finding> Room(Patient patient) => patient.IsExported ? Exported(patient) : Published(patient);

    private static IEnumerable<Finding> Exported(Patient patient)
    {
        var (manifest, context) = (patient.Manifest, patient.Config.Context);
        var weights = patient.Weights.Sum(tensor => tensor.Bytes);
        var slot = manifest.KvBytesPerPosition * context;
        var free = Machine.FreeMemoryBytes;
        yield return weights > free
            ? Finding.Warning("memory", $"the weights take {weights / 1e9:N1} GB, and {free / 1e9:N1} GB are free.", "Export with --dtype int8 or int4, or use a larger machine.")
            : Finding.Ok("memory", $"{Bytes(weights)} of weights; {Bytes(free)} are free");
        if (patient.Config.Task != ModelTask.Generate)
        {
            yield break;
        }

        // The scheduler sets one slot aside for the prefix that prompts share.
        var most = ((long)DefaultCacheMb << 20) / slot - 1;
        yield return most < 1
            ? Finding.Warning("cache", $"a sequence of {context:N0} positions takes {Bytes(slot)} of keys and values: cache_mb at its default of {DefaultCacheMb} holds none of that length.", FormattableString.Invariant($"cache_mb: {((2 * slot) >> 20) + 1} holds one, {((17 * slot) >> 20) + 1} holds 16; shorter requests need less."))
            : Finding.Ok("cache", $"a sequence of {context:N0} positions takes {Bytes(slot)} of keys and values: cache_mb at its default of {DefaultCacheMb} holds {most:N0} of that length, more of shorter ones");
    }

    private static IEnumerable<Finding> Published(Patient patient)
    {
        var parameters = patient.Checkpoint.Tensors.Values.Where(tensor => tensor.Type.IsWeight()).Sum(tensor => tensor.Count);
        (string Type, double Bytes)[] sizes = [("float32", 4.0 * parameters), ("float16", 2.0 * parameters), ("int8", Int8Bytes * parameters), ("int4", Int4Bytes * parameters)];
        var (disk, memory) = (Machine.FreeDiskBytes(patient.Folder), Machine.MemoryBytes);
        var text = string.Join(", ", sizes.Select(size => $"{size.Type} {Bytes(size.Bytes)}"));
        var fitting = sizes.Where(size => size.Bytes < disk && size.Bytes < memory).Select(size => size.Type).ToList();
        yield return fitting.Count == 0
            ? Finding.Warning("room", $"{parameters:N0} parameters; exported: {text}. Here are {Bytes(disk)} of disk and {Bytes(memory)} of memory.", "None of them fits.")
            : Finding.Ok("room", $"{parameters:N0} parameters; exported: {text}. Disk ({Bytes(disk)}) and memory ({Bytes(memory)}) here take {string.Join(", ", fitting)}");
    }

    private static string Bytes(double bytes) => bytes >= 1e9 ? FormattableString.Invariant($"{bytes / 1e9:N1} GB") : FormattableString.Invariant($"{bytes / 1e6:N1} MB");
}
