using Ziya.Pipeline.Records;
using Ziya.Pipeline.Storage;

namespace Ziya.Pipeline.Runs;

/// <summary>
/// The right of several processes together to write to a run folder. No process holds it, so none has to live: it is given back when the run ends. Each asks
/// before it marks a task as done whether the claim still stands; a run that was ended and begun anew has another session, so that who slept meanwhile does not mix in.
/// </summary>
internal sealed class FleetClaim : IClaim
{
    private readonly IStore _store;
    private readonly string _session;

    private FleetClaim(IStore store, string session) => (_store, _session) = (store, session);

    /// <inheritdoc/>
    public bool IsLost => ClaimHolder.Read(_store) is not { Fleet: not null } holder || holder.Started != _session;

    /// <summary>Takes the claim for a fleet, in a new session. Throws <see cref="ClaimedException"/> where somebody else has it.</summary>
    public static FleetClaim Take(IStore store, string fleet, TimeProvider time)
    {
        var found = store.Find(Claim.Path);
        if (found is not null && ClaimHolder.Read(store) is { } other && other.Fleet != fleet && other.IsAlive(time))
        {
            throw new ClaimedException(other.Refusal(store.Root));
        }

        var session = Guid.NewGuid().ToString("N");
        return store.TryReplace(Claim.Path, JsonText.Write(ClaimHolder.Of(fleet, session, time)), found?.Version)
            ? new FleetClaim(store, session)
            : throw new ClaimedException($"{store.Root} was claimed by another run just now. Wait for it, or use another run folder.");
    }

    /// <summary>The claim that a fleet has; null where it has none.</summary>
    public static FleetClaim? Of(IStore store, string fleet) =>
        ClaimHolder.Read(store) is { } holder && holder.Fleet == fleet ? new FleetClaim(store, holder.Started) : null;

    /// <inheritdoc/>
    public void End()
    {
        if (!IsLost)
        {
            _store.Delete(Claim.Path);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The others still need it.
    }
}
