using System.Globalization;

namespace Ziya.Pipeline.Storage;

/// <summary>Tells files that were changed from those that were not, without reading weights of gigabytes.</summary>
internal static class FileVersions
{
    /// <summary>Names, lengths and times of the files that are there.</summary>
    public static string Of(IEnumerable<FileInfo> files) => string.Concat(files.Where(file => file.Exists)
        .Select(file => string.Create(CultureInfo.InvariantCulture, $"{file.Name}|{file.Length}|{file.LastWriteTimeUtc.Ticks}\n")));
}
