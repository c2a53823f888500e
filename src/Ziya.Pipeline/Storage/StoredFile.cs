namespace Ziya.Pipeline.Storage;

/// <summary>One file in a store.</summary>
/// <param name="Path">Its path in the store, with forward slashes.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Version">Changes when the content does: the time of the last write, or a blob's ETag.</param>
public sealed record StoredFile(string Path, long Bytes, string Version)
{
    /// <summary>When it was last written.</summary>
    public DateTimeOffset Changed { get; init; }
}
