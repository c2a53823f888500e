using System.Text.Json;

namespace Ziya.Pipeline.Writing;

/// <summary>A folder with a dataset in it.</summary>
internal static class Dataset
{
    /// <summary>The job whose dataset lies in a folder, by its manifest; null where there is none.</summary>
    public static string? OwnerOf(string folder)
    {
        var path = Path.Combine(folder, "manifest.json");
        try
        {
            using var manifest = JsonDocument.Parse(File.ReadAllBytes(path));
            return manifest.RootElement.GetProperty("job").GetString();
        }
        catch (Exception exception) when (exception is IOException or JsonException or KeyNotFoundException or InvalidOperationException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
