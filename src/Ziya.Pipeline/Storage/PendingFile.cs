namespace Ziya.Pipeline.Storage;

/// <summary>A file being written aside. Nothing is seen of it until <see cref="Commit"/>; disposing without it leaves nothing.</summary>
public abstract class PendingFile : IDisposable
{
    /// <summary>Where its content goes.</summary>
    public abstract Stream Content { get; }

    /// <summary>Its content is whole: what was held for it, buffers and an open file, is let go. It appears by <see cref="Commit"/> all the same.</summary>
    public abstract void End();

    /// <summary>Makes the file appear, whole and on the disk.</summary>
    public abstract void Commit();

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases what is held, and drops the content unless it was committed.</summary>
    protected abstract void Dispose(bool disposing);
}
