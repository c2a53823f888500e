using Ziya.Pipeline.Records;
using Ziya.Pipeline.Storage;

namespace Ziya.Pipeline.Runs;

/// <summary>
/// The right to write to a run folder: a file that says who has it and until when, renewed while the run goes on. A claim that
/// was not renewed, or whose process is known to be dead, may be taken over.
/// </summary>
internal sealed class Claim : IClaim
{
    public const string Path = "claim.json";

    /// <summary>How long a claim holds without being renewed.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);

    private readonly IStore _store;
    private readonly TimeProvider _time;
    private readonly ClaimHolder _holder;
    private readonly ITimer _renewal;
    private readonly Lock _lock = new();
    private string _version;
    private bool _released;

    private Claim(IStore store, TimeProvider time, ClaimHolder holder, string version)
    {
        _store = store;
        _time = time;
        _holder = holder;
        _version = version;
        _renewal = time.CreateTimer(_ => Renew(), null, Lease / 4, Lease / 4);
    }

    /// <summary>Set when another process took the claim, after this one slept through its lease.</summary>
    public bool IsLost { get; private set; }

    /// <summary>Takes the claim, or throws <see cref="ClaimedException"/> that says who has it.</summary>
    public static Claim Take(IStore store, TimeProvider time)
    {
        var found = store.Find(Path);
        if (found is not null && ClaimHolder.Read(store) is { } other && other.IsAlive(time))
        {
            throw new ClaimedException(other.Refusal(store.Root));
        }

        var holder = ClaimHolder.Me(time);
        if (!store.TryReplace(Path, JsonText.Write(holder), found?.Version))
        {
            throw new ClaimedException($"{store.Root} was claimed by another run just now. Wait for it, or use another --run-dir.");
        }

        return new Claim(store, time, holder, store.Find(Path)!.Version);
    }

    /// <inheritdoc/>
    public void End()
    {
        // What is written after the end of the run, its report, is still kept apart by it until the process lets go.
    }

    /// <summary>Gives the claim back.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _released = true;
            _renewal.Dispose();
            if (!IsLost && _store.Find(Path)?.Version == _version)
            {
                _store.Delete(Path);
            }
        }
    }

    private void Renew()
    {
        lock (_lock)
        {
            if (_released || IsLost)
            {
                return;
            }

            try
            {
                if (_store.TryReplace(Path, JsonText.Write(_holder with { Until = ClaimHolder.Text(_time.GetUtcNow() + Lease) }), _version))
                {
                    _version = _store.Find(Path)!.Version;
                }
                else
                {
                    IsLost = _store.Find(Path)?.Version != _version;
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // A store that is away for a moment; the next renewal tries again, and the lease allows for two misses.
            }
        }
    }
}

/// <summary>Another run has the claim on a run folder.</summary>
public sealed class ClaimedException(string message) : Exception(message);
