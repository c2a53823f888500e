namespace Ziya.Pipeline.Jobs;

/// <summary>A model that can say what it does, for the progress of a run.</summary>
public interface IModelProgress
{
    /// <summary>Tokens that it wrote since it was opened.</summary>
    long Tokens { get; }

    /// <summary>What it is busy with, a few words: <c>14 of 16 slots, 512 MB</c>. Empty where there is nothing to say.</summary>
    string State { get; }
}
