using System.Globalization;
using System.Runtime.InteropServices;

namespace Ziya.Pipeline.Storage;

/// <summary>A folder of the file system.</summary>
public sealed partial class FileStore : IStore
{
    /// <summary>Files being written end in this; <see cref="List"/> does not show them.</summary>
    internal const string Aside = ".partial";

    private const int MostTries = 100;

    // Stays behind, empty: a lock on a file that was deleted meanwhile keeps out nobody who makes it anew, so that
    // two could hold it. A lock on the folder would need no file, but network folders refuse those.
    private const string Guard = ".guard";

    // In a folder that several processes write to, two may write the same file at once, a task that runs twice: each has a name of its own for it until
    // it is whole. Elsewhere what a process that was killed left behind is written over by the next.
    private static readonly string Writer = Guid.NewGuid().ToString("N")[..12];
    private static long _writes;

    private readonly string _folder;
    private readonly bool _shared;

    /// <summary>A store over <paramref name="folder"/>, which is made on the first write.</summary>
    public FileStore(string folder)
    {
        Root = Slashes(folder).TrimEnd('/');
        _folder = Path.GetFullPath(folder);
    }

    /// <summary>A store over a folder that other processes write to as well, the same files perhaps.</summary>
    internal FileStore(string folder, bool shared)
        : this(folder) => _shared = shared;

    /// <inheritdoc/>
    public string Root { get; }

    /// <summary>Where a path of the store lies on the disk.</summary>
    public string FullPath(string path) => Path.Combine(_folder, path);

    /// <inheritdoc/>
    public IEnumerable<StoredFile> List(string prefix)
    {
        var slash = prefix.LastIndexOf('/');
        var start = new DirectoryInfo(slash < 0 ? _folder : FullPath(prefix[..slash]));
        var found = new List<StoredFile>();
        if (start.Exists)
        {
            foreach (var file in Walk(start))
            {
                var path = Slashes(Path.GetRelativePath(_folder, file.FullName));
                if (path.StartsWith(prefix, StringComparison.Ordinal) && !IsOurs(path))
                {
                    Add(found, path, file);
                }
            }
        }

        found.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path));
        return found;
    }

    private static void Add(List<StoredFile> found, string path, FileInfo file)
    {
        try
        {
            found.Add(Describe(path, file));
        }
        catch (FileNotFoundException)
        {
            // Deleted since it was found.
        }
    }

    /// <inheritdoc/>
    public IEnumerable<string> Names(string folder)
    {
        var full = FullPath(folder);
        return Directory.Exists(full) ? Directory.EnumerateFiles(full, "*", Everything).Select(path => Path.GetFileName(path)).Where(name => !IsOurs(name)) : [];
    }

    /// <inheritdoc/>
    public StoredFile? Find(string path)
    {
        var file = new FileInfo(FullPath(path));
        return file.Exists ? Describe(path, file) : null;
    }

    /// <inheritdoc/>
    public Stream OpenRead(string path, long offset = 0)
    {
        var stream = new FileStream(FullPath(path), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, FileOptions.SequentialScan);
        stream.Position = offset;
        return stream;
    }

    /// <inheritdoc/>
    public PendingFile Create(string path)
    {
        var full = FullPath(path);
        for (var tries = 1; ; tries++)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            try
            {
                return new PendingOnDisk(full, AsideOf(full));
            }
            catch (Exception exception) when (exception is DirectoryNotFoundException or FileNotFoundException && tries < MostTries)
            {
                // Another took the last file out of the folder, and the folder with it; a third may have made it anew since.
            }
        }
    }

    /// <inheritdoc/>
    public bool TryReplace(string path, ReadOnlySpan<byte> content, string? version)
    {
        var full = FullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);

        // The check and the rename are two calls: a file lock, which ends with its process, stands guard between them.
        FileStream held;
        try
        {
            held = new FileStream(full + Guard, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, 1);
        }
        catch (IOException) when (File.Exists(full + Guard))
        {
            return false;
        }

        using (held)
        {
            if (Find(path)?.Version != version)
            {
                return false;
            }

            this.Write(path, content);
            return true;
        }
    }

    /// <inheritdoc/>
    public void Delete(string path)
    {
        var full = FullPath(path);
        if (!File.Exists(full))
        {
            return;
        }

        File.Delete(full);

        // A container has no empty folders, so none are left here either.
        try
        {
            for (var parent = Path.GetDirectoryName(full)!; parent.Length > _folder.Length && !Directory.EnumerateFileSystemEntries(parent).Any(); parent = Path.GetDirectoryName(parent)!)
            {
                Directory.Delete(parent);
            }
        }
        catch (IOException) when (!File.Exists(full))
        {
            // Another deleted it first, or wrote something there.
        }
    }

    /// <inheritdoc/>
    public void DeleteTree(string folder)
    {
        var below = new DirectoryInfo(FullPath(folder));
        if (below.LinkTarget is not null)
        {
            below.Delete();
        }
        else if (below.Exists)
        {
            // Deletes links and does not follow them.
            below.Delete(true);
        }
    }

    /// <summary>Deletes the folder itself where nothing is left in it.</summary>
    internal void DeleteIfEmpty()
    {
        foreach (var guard in Directory.EnumerateFiles(_folder, "*" + Guard).ToList())
        {
            File.Delete(guard);
        }

        if (!Directory.EnumerateFileSystemEntries(_folder).Any())
        {
            Directory.Delete(_folder);
        }
    }

    /// <summary>The folders in this one, by name, that are no links.</summary>
    internal IEnumerable<string> Folders() => !Directory.Exists(_folder) ? []
        : new DirectoryInfo(_folder).EnumerateDirectories("*", NoLinks).Select(folder => folder.Name).Order(StringComparer.Ordinal);

    /// <summary>All files below, but for what links lead to.</summary>
    internal IEnumerable<FileInfo> OwnFiles() => new DirectoryInfo(_folder).EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint });

    /// <inheritdoc/>
    public void Take(IStore source, string from, string to)
    {
        if (source is FileStore files && TryLink(files.FullPath(from), FullPath(to), AsideOf(FullPath(to))))
        {
            return;
        }

        this.Copy(source, from, to);
    }

    /// <inheritdoc/>
    public void Sweep()
    {
        if (!Directory.Exists(_folder))
        {
            return;
        }

        foreach (var file in Walk(new DirectoryInfo(_folder)).Where(file => file.Name.EndsWith(Aside, StringComparison.Ordinal)).ToList())
        {
            file.Delete();
        }
    }

    private string AsideOf(string path) =>
        _shared ? string.Create(CultureInfo.InvariantCulture, $"{path}.{Writer}-{Interlocked.Increment(ref _writes)}{Aside}") : path + Aside;

    private static bool IsOurs(string path) =>
        path.EndsWith(Aside, StringComparison.Ordinal) || path.EndsWith(Guard, StringComparison.Ordinal);

    /// <summary>All files below a folder. Linked folders are followed, but not into a folder they lie in.</summary>
    private static IEnumerable<FileInfo> Walk(DirectoryInfo folder, string real, HashSet<string> above)
    {
        foreach (var entry in Entries(folder))
        {
            if (entry is FileInfo file)
            {
                yield return file;
                continue;
            }

            if (RealOrGone(new DirectoryInfo(Path.Combine(real, entry.Name))) is { } inner && above.Add(inner))
            {
                foreach (var below in Walk((DirectoryInfo)entry, inner, above))
                {
                    yield return below;
                }

                above.Remove(inner);
            }
        }
    }

    private static FileSystemInfo[] Entries(DirectoryInfo folder)
    {
        try
        {
            return folder.GetFileSystemInfos("*", Everything);
        }
        catch (DirectoryNotFoundException)
        {
            // Deleted since it was found.
            return [];
        }
    }

    private static IEnumerable<FileInfo> Walk(DirectoryInfo folder) => Walk(folder, Real(folder), [Real(folder)]);

    private static readonly EnumerationOptions NoLinks = new() { AttributesToSkip = FileAttributes.ReparsePoint };

    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = 0, IgnoreInaccessible = false };

    private static string? RealOrGone(DirectoryInfo folder)
    {
        try
        {
            return Real(folder);
        }
        catch (DirectoryNotFoundException)
        {
            // Deleted since it was found.
            return null;
        }
    }

    private static string Real(DirectoryInfo folder) =>
        Path.TrimEndingDirectorySeparator(Path.GetFullPath((folder.ResolveLinkTarget(true) ?? folder).FullName));

    /// <summary>Elsewhere a backslash is a character like any other.</summary>
    internal static string Slashes(string path) => OperatingSystem.IsWindows() ? path.Replace('\\', '/') : path;

    /// <summary>The file itself, or the one a symbolic link leads to: the link has a length of its own, that of a path.</summary>
    internal static FileInfo Target(FileInfo file)
    {
        try
        {
            return file.LinkTarget is not null && file.ResolveLinkTarget(true) is FileInfo { Exists: true } target ? target : file;
        }
        catch (IOException)
        {
            // A link to itself. Whoever opens it is told.
            return file;
        }
    }

    private static StoredFile Describe(string path, FileInfo link)
    {
        var file = Target(link);

        // Deleted since it was listed, or its name is not UTF-8 and so cannot be said here.
        return new(path, file.Exists ? file.Length : 0, file.LastWriteTimeUtc.Ticks.ToString(CultureInfo.InvariantCulture)) { Changed = file.LastWriteTimeUtc };
    }

    /// <summary>Committed files are never written to again, so a second name for the same bytes is as good as a copy.</summary>
    private static bool TryLink(string from, string to, string aside)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        if (OperatingSystem.IsWindows())
        {
            return false;
        }

        File.Delete(aside);
        if (Link(from, aside) != 0)
        {
            return false;
        }

        File.Move(aside, to, true);

        // rename(2) between two names of one file does nothing and leaves both.
        File.Delete(aside);
        return true;
    }

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Link(string from, string to);

    private sealed class PendingOnDisk : PendingFile
    {
        private readonly string _path;
        private readonly string _aside;

        // Null once it is whole: a closed stream keeps its buffer.
        private FileStream? _stream;
        private bool _committed;

        public PendingOnDisk(string path, string aside)
        {
            (_path, _aside) = (path, aside);
            _stream = new FileStream(_aside, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16);
        }

        public override Stream Content => _stream!;

        public override void End()
        {
            _stream?.Flush(true);
            _stream?.Dispose();
            _stream = null;
        }

        public override void Commit()
        {
            End();
            File.Move(_aside, _path, true);
            _committed = true;
        }

        protected override void Dispose(bool disposing)
        {
            if (_committed)
            {
                return;
            }

            try
            {
                _stream?.Dispose();
            }
            catch (IOException)
            {
                // The disk is full and the last buffer cannot be written: the content is dropped anyway.
            }

            File.Delete(_aside);
        }
    }
}
