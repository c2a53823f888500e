namespace Ziya.Pipeline.Jobs;

/// <summary>A model that can say what it does, for the progress of a run.</summary>
public interface IModelProgress
{
    /// <summary>Tokens that it wrote since it was opened.</summary>
    long Tokens { get; }

    /// <summary>What it is busy with, a few words: <c>14 of 16 slots, 512 MB</c>. Empty where there is nothing to say.</summary>
    string State { get; }

    /// <summary>What it waits for because something is wrong, such as an endpoint that does not answer; null where nothing is.</summary>
    string? Trouble => null;

    /// <summary>How full it is; null where it is elsewhere and does not say.</summary>
    ModelLoad? Load => null;
}

/// <summary>How full a model is at one moment.</summary>
/// <param name="Slots">Texts that it can write at once.</param>
/// <param name="Busy">Those it writes.</param>
/// <param name="Waiting">Requests that wait for a slot.</param>
/// <param name="CacheBytes">Memory for keys and values; null where it is elsewhere.</param>
public sealed record ModelLoad(int Slots, int Busy, int Waiting, long? CacheBytes);
