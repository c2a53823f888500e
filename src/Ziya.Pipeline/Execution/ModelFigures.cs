using Ziya.Pipeline.Jobs;

namespace Ziya.Pipeline.Execution;

/// <summary>A model at one moment of a run.</summary>
/// <param name="Name">Its name in the job.</param>
/// <param name="Tokens">Tokens it wrote since it was opened.</param>
/// <param name="State">What it is busy with; may be empty.</param>
public sealed record ModelFigures(string Name, long Tokens, string State)
{
    /// <summary>What it waits for because something is wrong; null where nothing is.</summary>
    public string? Trouble { get; init; }

    /// <summary>How full it is; null where it does not say.</summary>
    public ModelLoad? Load { get; init; }
}
