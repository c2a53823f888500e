namespace Ziya.Models.Doctor;

/// <summary>Memory and disk of this machine.</summary>
internal static class Machine
{
    /// <summary>Memory this process may use: the machine's, or its container's.</summary>
    public static long MemoryBytes => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>Memory that is not in use; all of it where the system does not tell.</summary>
    public static long FreeMemoryBytes
    {
        get
        {
            const string File = "/proc/meminfo";
            var line = System.IO.File.Exists(File) ? System.IO.File.ReadLines(File).FirstOrDefault(line => line.StartsWith("MemAvailable:", StringComparison.Ordinal)) : null;
            return line?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var kilobytes, ..] && long.TryParse(kilobytes, out var free) ? Math.Min(free * 1024, MemoryBytes) : MemoryBytes;
        }
    }

    /// <summary>Room on the disk that a folder is on.</summary>
    public static long FreeDiskBytes(string folder)
    {
        var path = Path.GetFullPath(folder);
        return DriveInfo.GetDrives().Where(drive => drive.IsReady && IsBelow(path, drive.RootDirectory.FullName)).MaxBy(drive => drive.RootDirectory.FullName.Length)?.AvailableFreeSpace ?? 0;
    }

    private static bool IsBelow(string path, string root) => path == root || path.StartsWith(root.TrimEnd('/') + '/', StringComparison.Ordinal);
}
