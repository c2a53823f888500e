namespace Ziya.Pipeline.Storage;

/// <summary>
/// The few things the pipeline asks of storage, chosen so that a blob container can do them as well as a file system: no
/// rename, no append, no lock. Paths use forward slashes and are relative to the store's root.
/// </summary>
public interface IStore
{
    /// <summary>How people call this place: a folder or a container's address.</summary>
    string Root { get; }

    /// <summary>All files whose path starts with <paramref name="prefix"/>, by path in ordinal order.</summary>
    IEnumerable<StoredFile> List(string prefix);

    /// <summary>Names of the files directly in a folder, in no order: nothing else is asked of them, which may be cheaper than <see cref="List"/>.</summary>
    IEnumerable<string> Names(string folder) => List(folder + "/").Select(file => file.Path[(folder.Length + 1)..]).Where(name => !name.Contains('/', StringComparison.Ordinal));

    /// <summary>The file at a path, or null.</summary>
    StoredFile? Find(string path);

    /// <summary>Opens a file for reading from <paramref name="offset"/> bytes on.</summary>
    Stream OpenRead(string path, long offset = 0);

    /// <summary>As by its path, for who has just found or listed the file: a store need not ask for it again.</summary>
    Stream OpenRead(StoredFile file, long offset = 0) => OpenRead(file.Path, offset);

    /// <summary>How many files are worth being read at once: none where one is open at once.</summary>
    int ReadsAhead => 0;

    /// <summary>A small file as a whole.</summary>
    byte[] Read(string path)
    {
        using var stream = OpenRead(path);
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    /// <summary>Starts a file that appears whole when <see cref="PendingFile.Commit"/> is called, replacing any that is there.</summary>
    PendingFile Create(string path);

    /// <summary>
    /// Writes a small file if the one there is still of <paramref name="version"/> (null: if there is none). False where
    /// somebody else was first.
    /// </summary>
    bool TryReplace(string path, ReadOnlySpan<byte> content, string? version);

    /// <summary>Deletes a file if it is there.</summary>
    void Delete(string path);

    /// <summary>Deletes all files below a folder. What a link leads to stays.</summary>
    void DeleteTree(string folder)
    {
        foreach (var file in List(folder + "/").ToList())
        {
            Delete(file.Path);
        }
    }

    /// <summary>Makes <paramref name="to"/> of this store equal to <paramref name="from"/> of another, as cheaply as the two allow.</summary>
    void Take(IStore source, string from, string to);

    /// <summary>Removes what writers left behind that died before they could commit.</summary>
    void Sweep();
}
