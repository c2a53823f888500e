using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Ziya.Pipeline.Storage;

/// <summary>
/// Tells files that were changed from those that were not, by their content: copies on several machines, or made at other times, are the same. What a file held at a time and length is remembered, so that it is read once:
/// by this process, and of a large one in the folder for temporary files, by all of this machine.
/// </summary>
internal static class FileVersions
{
    private const int LargeBytes = 64 << 20;
    private const int Stretches = 64;
    private const int StretchBytes = 64 << 10;

    private static readonly ConcurrentDictionary<string, string> Known = new();

    /// <summary>Names, lengths and hashes of the files that are there.</summary>
    public static string Of(IEnumerable<FileInfo> files) => Of(files, Whole);

    /// <summary>
    /// The same of the files of a model, without reading weights of gigabytes: of a file over 64 MiB 64 stretches of 64 KiB count, the first with its beginning and the last with its end. Training changes weights everywhere;
    /// a file of the same length that differs only between the stretches passes for the same.
    /// </summary>
    public static string OfModel(IEnumerable<FileInfo> files) => Of(files, file => file.Length > LargeBytes ? Sample(file) : Whole(file));

    private static string Of(IEnumerable<FileInfo> files, Func<FileInfo, string> hash) => string.Concat(
        from file in files
        where file.Exists
        let target = FileStore.Target(file)
        select string.Create(CultureInfo.InvariantCulture, $"{file.Name}|{target.Length}|{hash(target)}\n"));

    private static string Whole(FileInfo file) => Remembered(file, "", file.Length > LargeBytes, () =>
    {
        using var content = new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, FileOptions.SequentialScan);
        var hash = new XxHash128();
        hash.Append(content);
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    });

    private static string Sample(FileInfo file) => Remembered(file, "sample", false, () =>
    {
        using var content = new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
        var hash = new XxHash128();
        var stretch = new byte[StretchBytes];
        var last = file.Length - StretchBytes;
        for (var i = 0; i < Stretches; i++)
        {
            content.Position = i == Stretches - 1 ? last : last / (Stretches - 1) * i;
            content.ReadExactly(stretch);
            hash.Append(stretch);
        }

        return Convert.ToHexStringLower(hash.GetCurrentHash());
    });

    private static string Remembered(FileInfo file, string how, bool onDisk, Func<string> hash) => Known.GetOrAdd(
        string.Create(CultureInfo.InvariantCulture, $"{file.FullName}|{file.Length}|{file.LastWriteTimeUtc.Ticks}|{how}"),
        key => onDisk ? OnDisk(key, hash) : hash());

    private static string OnDisk(string key, Func<string> hash)
    {
        const int Length = 32;
        var path = Path.Combine(Path.GetTempPath(), "ziya", "versions", Convert.ToHexStringLower(XxHash128.Hash(MemoryMarshal.AsBytes(key.AsSpan()))));
        try
        {
            if (File.Exists(path) && File.ReadAllText(path) is { Length: Length } known)
            {
                return known;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It is read again.
        }

        var found = hash();
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var aside = $"{path}.{Guid.NewGuid():N}";
            File.WriteAllText(aside, found);
            File.Move(aside, path, true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Another user's folder, or a full disk: it is read again next time.
        }

        return found;
    }
}
