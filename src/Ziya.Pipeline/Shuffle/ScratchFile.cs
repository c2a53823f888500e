using Microsoft.Win32.SafeHandles;

namespace Ziya.Pipeline.Shuffle;

/// <summary>Files that only one task knows of.</summary>
internal static class ScratchFile
{
    /// <summary>A new one in a folder, which is made when needed. Gone when disposed, however the process ends.</summary>
    public static SafeFileHandle Open(string scratch)
    {
        Directory.CreateDirectory(scratch);
        var path = Path.Combine(scratch, $"{Guid.NewGuid():N}.run");
        var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, FileOptions.DeleteOnClose);
        if (!OperatingSystem.IsWindows())
        {
            // Unlinked at once, so that nothing stays behind however the process ends.
            File.Delete(path);
        }

        return file;
    }
}
