namespace Ziya.Pipeline.Runs;

/// <summary>The right to write to a run folder.</summary>
internal interface IClaim : IDisposable
{
    /// <summary>Whether somebody else has it now.</summary>
    bool IsLost { get; }

    /// <summary>The run has ended: nobody needs to keep others out any more.</summary>
    void End();
}
