using Ziya.Pipeline.Storage;

namespace Ziya.Pipeline.Tests.Fixtures;

/// <summary>A store that fails when it is told to: before each call, <paramref name="before"/> may throw. <paramref name="closed"/> hears of each reader that is closed.</summary>
internal sealed class FaultyStore(IStore inner, Action<string, string> before, Action<string>? closed = null) : IStore
{
    public string Root => inner.Root;

    public IEnumerable<StoredFile> List(string prefix)
    {
        before("list", prefix);
        return inner.List(prefix);
    }

    public StoredFile? Find(string path)
    {
        before("find", path);
        return inner.Find(path);
    }

    public Stream OpenRead(string path, long offset = 0)
    {
        before("open", path);
        return closed is null ? inner.OpenRead(path, offset) : new Reader(inner, path, offset, () => closed(path));
    }

    public PendingFile Create(string path)
    {
        before("create", path);
        return new Pending(inner.Create(path), () => before("commit", path));
    }

    public bool TryReplace(string path, ReadOnlySpan<byte> content, string? version)
    {
        before("replace", path);
        return inner.TryReplace(path, content, version);
    }

    public void Delete(string path)
    {
        before("delete", path);
        inner.Delete(path);
    }

    public void Take(IStore source, string from, string to)
    {
        before("take", to);
        inner.Take(source, from, to);
    }

    public void Sweep() => inner.Sweep();

    private sealed class Reader : MemoryStream
    {
        private readonly Action _closed;

        public Reader(IStore store, string path, long offset, Action closed)
        {
            _closed = closed;
            using var file = store.OpenRead(path);
            file.CopyTo(this);
            Position = offset;
        }

        protected override void Dispose(bool disposing)
        {
            _closed();
            base.Dispose(disposing);
        }
    }

    private sealed class Pending(PendingFile inner, Action before) : PendingFile
    {
        public override Stream Content => inner.Content;

        public override void End() => inner.End();

        public override void Commit()
        {
            before();
            inner.Commit();
        }

        protected override void Dispose(bool disposing) => inner.Dispose();
    }
}
