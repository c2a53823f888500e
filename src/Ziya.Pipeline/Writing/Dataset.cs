using System.Text.Json;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Storage;

namespace Ziya.Pipeline.Writing;

/// <summary>A folder with a dataset in it.</summary>
internal static class Dataset
{
    /// <summary>The job whose dataset lies in a folder, by its manifest; null where there is none.</summary>
    public static string? OwnerOf(string folder) => ReadManifest(Stores.At(folder))?.Job;

    /// <summary>The manifest of a dataset; null where there is none that can be read.</summary>
    public static Manifest? ReadManifest(IStore store)
    {
        try
        {
            var manifest = JsonText.Read<Manifest>(store.Read(Manifest.Path));
            return manifest is { Job: not null, Files: not null } ? manifest : null;
        }
        catch (Exception exception) when (exception is IOException or JsonException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
