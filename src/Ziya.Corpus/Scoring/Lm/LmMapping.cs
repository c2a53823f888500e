using System.IO.MemoryMappedFiles;

namespace Ziya.Corpus.Scoring.Lm;

/// <summary>A file mapped into memory.</summary>
internal sealed unsafe class LmMapping : IDisposable
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    /// <param name="path">The file.</param>
    /// <param name="newBytes">Length of a new file that is written; 0 of one that is read.</param>
    public LmMapping(string path, long newBytes = 0)
    {
        var access = newBytes > 0 ? MemoryMappedFileAccess.ReadWrite : MemoryMappedFileAccess.Read;
        using var stream = newBytes > 0 ? new FileStream(path, FileMode.Create, FileAccess.ReadWrite) : new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        Length = newBytes > 0 ? newBytes : stream.Length;
        _file = MemoryMappedFile.CreateFromFile(stream, null, Length, access, HandleInheritability.None, true);
        _view = _file.CreateViewAccessor(0, Length, access);
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        Start = start + _view.PointerOffset;
    }

    public byte* Start { get; }

    public long Length { get; }

    public void Flush() => _view.Flush();

    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }
}
