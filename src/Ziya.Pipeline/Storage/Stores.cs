namespace Ziya.Pipeline.Storage;

/// <summary>Finds the store that a place names: a folder, or <c>azblob://container/prefix</c>.</summary>
internal static class Stores
{
    /// <summary>What the address of a blob begins with.</summary>
    public const string BlobScheme = "azblob://";

    /// <summary>Whether a place lies in Azure Blob Storage.</summary>
    public static bool IsBlob(string place) => place.StartsWith(BlobScheme, StringComparison.Ordinal);

    /// <summary>The store of a folder or of a container's prefix.</summary>
    public static IStore At(string place) => IsBlob(place) ? BlobStore.At(place) : new FileStore(place.Length == 0 ? "." : place);

    /// <summary>As <see cref="At"/>, where other processes write to the same place, the same files perhaps.</summary>
    public static IStore Shared(string place) => IsBlob(place) ? BlobStore.At(place) : new FileStore(place, true);

    /// <summary>The store that holds a file, and its path in there.</summary>
    public static (IStore Store, string Path) Locate(string file)
    {
        if (!IsBlob(file))
        {
            return (new FileStore("."), file);
        }

        var slash = file.IndexOf('/', BlobScheme.Length);
        return slash < 0 ? (BlobStore.At(file), "") : (BlobStore.At(file[..slash]), file[(slash + 1)..]);
    }

    /// <summary>Why a place cannot be one; null where it can, as far as its name tells.</summary>
    public static string? Fault(string place)
    {
        if (!place.Contains("://", StringComparison.Ordinal))
        {
            return null;
        }

        return IsBlob(place)
            ? BlobStore.Fault(place)
            : $"'{place}': only folders and {BlobScheme}container/prefix can be read and written. For other stores, mount or copy them.";
    }
}
