namespace Ziya.Synthesis.Code.Sandboxing;

/// <summary>A place where code of others can be compiled, and where it isolates, run: no network, and bounded in time, memory, output, processes and files.</summary>
internal abstract class Sandbox
{
    private static readonly Lazy<Sandbox> Found = new(() => BubblewrapSandbox.Open() ?? (Sandbox)LimitedSandbox.Open());

    /// <summary>The best one of this machine.</summary>
    public static Sandbox OfThisMachine => Found.Value;

    /// <summary>Whether code can be run in it that may mean harm: it sees no files of the user's, no network, no other processes.</summary>
    public abstract bool Isolates { get; }

    /// <summary>What it is and what it lacks, in a sentence.</summary>
    public abstract string Description { get; }

    /// <summary>Runs a command in a folder of its own.</summary>
    public abstract Task<SandboxResult> Run(SandboxCommand command, SandboxLimits limits, CancellationToken cancel);

    /// <summary>The environment of a command, all of it.</summary>
    protected static IEnumerable<(string Name, string Value)> Environment(string folder, string path) =>
    [
        ("PATH", path), ("HOME", folder), ("TMPDIR", folder), ("LANG", "C.UTF-8"), ("LC_ALL", "C.UTF-8"), ("TZ", "UTC"),
        // Sets and dictionaries of strings have an order of their own in each process otherwise.
        ("PYTHONHASHSEED", "0"), ("PYTHONDONTWRITEBYTECODE", "1"), ("NO_COLOR", "1"),
    ];

    /// <summary>The command for <c>sh -c</c>. In a shell of its own: the first process of a namespace is not ended by the limit of processor time.</summary>
    protected static string Shell(SandboxCommand command) => $"(\n{command.Script}\n) </dev/null\nexit $?";

    /// <summary>Bounds of a single process, as arguments of <c>prlimit</c> of util-linux.</summary>
    protected static IEnumerable<string> Bounds(SandboxLimits limits, bool processes) =>
    [
        // --data and not --as: Java and Node.js reserve far more addresses than they use.
        "--core=0", FormattableString.Invariant($"--data={(long)limits.MemoryMb << 20}"), FormattableString.Invariant($"--fsize={(long)limits.FilesMb << 20}"),
        FormattableString.Invariant($"--cpu={limits.Seconds}:{limits.Seconds + 1}"), "--nofile=256",
        .. processes ? [FormattableString.Invariant($"--nproc={limits.Processes}")] : Array.Empty<string>(),
    ];
}
