namespace Ziya.Pipeline.Execution;

/// <summary>Whose tasks are taken first where several runs have some. Tasks at work are not interrupted.</summary>
public enum RunPriority
{
    /// <summary>After all others.</summary>
    Low,

    /// <summary>In the order in which runs began.</summary>
    Normal,

    /// <summary>Before all others.</summary>
    High,
}
