namespace Ziya.Models.Checkpoints;

/// <summary>A folder that appears when all that belongs into it is written.</summary>
internal static class NewFolder
{
    /// <summary>Refuses a folder that has something in it.</summary>
    /// <exception cref="IOException">It has.</exception>
    public static void Check(string target)
    {
        if (File.Exists(target) || (Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any()))
        {
            throw new IOException($"{target}: is there already, and is not overwritten. Remove it, or choose another folder.");
        }
    }

    /// <summary>Writes aside and renames; what an interrupted or failed attempt left is removed.</summary>
    public static void Write(string target, Action<string> write)
    {
        Check(target);
        var whole = Path.TrimEndingDirectorySeparator(Path.GetFullPath(target));
        var aside = whole + ".partial";
        if (Directory.Exists(aside))
        {
            Directory.Delete(aside, recursive: true);
        }

        Directory.CreateDirectory(aside);
        try
        {
            write(aside);
            if (Directory.Exists(whole))
            {
                Directory.Delete(whole);
            }

            Directory.Move(aside, whole);
        }
        catch
        {
            Directory.Delete(aside, recursive: true);
            throw;
        }
    }
}
