namespace Ziya.Synthesis.Code.Sandboxing;

/// <summary>How much a command inside a sandbox may use.</summary>
internal sealed record SandboxLimits
{
    /// <summary>Seconds of processor time of each process. On the clock it may take three times as long and five seconds more, so that a busy machine does not decide what passes.</summary>
    public required int Seconds { get; init; }

    /// <summary>Megabytes of memory of each process.</summary>
    public required int MemoryMb { get; init; }

    /// <summary>Most bytes of what is written to standard output and error; more ends the command.</summary>
    public int OutputBytes { get; init; } = 256 << 10;

    /// <summary>Most processes and threads. Java and Node.js start a few dozen.</summary>
    public int Processes { get; init; } = 128;

    /// <summary>Most megabytes of files. In a sandbox whose files are memory they come on top of it.</summary>
    public int FilesMb { get; init; } = 64;

    /// <summary>Resident bytes of all processes together at which it is stopped. So far above the bound of one that one alone always meets its own, which does not depend on when somebody looks.</summary>
    public long TreeBytes => (((long)MemoryMb << 20) * 5 / 4) + (64 << 20);

    /// <summary>When it is stopped, by the clock.</summary>
    public TimeSpan Wall => TimeSpan.FromSeconds((3 * Seconds) + 5);
}
