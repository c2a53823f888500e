using System.Runtime.InteropServices;

namespace Ziya.Pipeline.Shuffle;

/// <summary>
/// Pages of memory from the system, of which those never written to take none, and back to it when disposed: for large buffers that a task has and the next has anew. The collector keeps such arrays until a full
/// collection, and <c>malloc</c> the holes that they leave in the heap of each thread: with 100 million records that was 300 MB.
/// </summary>
internal sealed unsafe partial class PageMemory : SafeHandle
{
    private const int ReadWrite = 3, Private = 2;

    private readonly nuint _bytes;

    /// <param name="bytes">How many, at least 1.</param>
    public PageMemory(long bytes)
        : base(0, true)
    {
        _bytes = (nuint)bytes;
        SetHandle(OperatingSystem.IsWindows() ? (nint)NativeMemory.Alloc(_bytes) : Map(0, _bytes, ReadWrite, Private | (OperatingSystem.IsMacOS() ? 0x1000 : 0x20), -1, 0));
        if (IsInvalid)
        {
            throw new InsufficientMemoryException($"the system has no {bytes} bytes of memory left for a sort buffer.");
        }
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle is 0 or -1;

    /// <summary>The first byte.</summary>
    public byte* Start => (byte*)handle;

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        if (OperatingSystem.IsWindows())
        {
            NativeMemory.Free((void*)handle);
            return true;
        }

        return Unmap(handle, _bytes) == 0;
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Unmap(nint address, nuint length);
}
