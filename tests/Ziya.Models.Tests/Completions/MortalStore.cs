using Ziya.Pipeline.Storage;

namespace Ziya.Models.Tests.Completions;

/// <summary>A folder whose process is killed at its n-th write, commit or deletion: nothing happens from there on.</summary>
internal sealed class MortalStore(IStore store, int lives) : IStore
{
    private int _lives = lives;

    public bool IsDead => _lives < 0;

    public int Commits { get; private set; }

    public string Root => store.Root;

    public IEnumerable<StoredFile> List(string prefix) => store.List(prefix);

    public StoredFile? Find(string path) => store.Find(path);

    public Stream OpenRead(string path, long offset = 0) => store.OpenRead(path, offset);

    public PendingFile Create(string path)
    {
        Live();
        return new Pending(this, store.Create(path));
    }

    public bool TryReplace(string path, ReadOnlySpan<byte> content, string? version) => throw new NotSupportedException();

    public void Delete(string path)
    {
        Live();
        store.Delete(path);
    }

    public void Take(IStore source, string from, string to) => throw new NotSupportedException();

    public void Sweep() => store.Sweep();

    private void Live()
    {
        if (Interlocked.Decrement(ref _lives) < 0)
        {
            throw new IOException("killed");
        }
    }

    private sealed class Pending(MortalStore owner, PendingFile file) : PendingFile
    {
        public override Stream Content => file.Content;

        public override void End() => file.End();

        public override void Commit()
        {
            owner.Live();
            file.Commit();
            owner.Commits++;
        }

        // The process is gone: what it wrote aside stays there.
        protected override void Dispose(bool disposing)
        {
            if (owner.IsDead)
            {
                file.Content.Dispose();
            }
            else
            {
                file.Dispose();
            }
        }
    }
}
