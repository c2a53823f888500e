namespace Ziya.Pipeline.Storage;

/// <summary>What all stores do the same way.</summary>
internal static class StoreExtensions
{
    /// <summary>Writes a file that appears whole, replacing any that is there.</summary>
    public static void Write(this IStore store, string path, ReadOnlySpan<byte> content)
    {
        using var pending = store.Create(path);
        pending.Content.Write(content);
        pending.Commit();
    }

    /// <summary>Copies a file from another store, byte by byte.</summary>
    public static void Copy(this IStore store, IStore source, string from, string to)
    {
        using var input = source.OpenRead(from);
        using var pending = store.Create(to);
        input.CopyTo(pending.Content, 1 << 20);
        pending.Commit();
    }
}
