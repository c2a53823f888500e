using System.Diagnostics;

namespace Ziya.Synthesis.Code.Sandboxing;

/// <summary>
/// bubblewrap (https://github.com/containers/bubblewrap, 0.7 or newer): a file system that shows /usr and the tools to be used, read only, and one small folder in memory; no network; own processes,
/// which end with it. Nothing is written on this machine: the file goes in by standard input.
/// </summary>
internal sealed class BubblewrapSandbox : Sandbox
{
    private const string Folder = "/tmp";

    // Linux does not count the processes of root. Each sandbox of root's has a user of its own, so that none meets the limit of another.
    private const int FirstUser = 1 << 21;
    private static readonly string[] Needed = ["bwrap", "prlimit", "setpriv"];
    private static readonly string[] Shared = ["/bin", "/lib", "/lib64"];

    private static int _user;

    private readonly bool _isRoot = System.Environment.IsPrivilegedProcess;
    private readonly Tool _bubblewrap;

    private BubblewrapSandbox(Tool bubblewrap) => _bubblewrap = bubblewrap;

    /// <inheritdoc/>
    public override bool Isolates => true;

    /// <inheritdoc/>
    public override string Description => $"isolated by {_bubblewrap.Version}";

    /// <summary>Why there is no such sandbox; null where there is one.</summary>
    public static string? Missing { get; private set; }

    /// <summary>The sandbox, or null where bubblewrap is not there or must not do what it has to.</summary>
    public static BubblewrapSandbox? Open()
    {
        var lacks = !OperatingSystem.IsLinux() ? ["Linux"] : Needed.Where(name => Tool.Find(name) is null).ToArray();
        if (lacks.Length > 0)
        {
            Missing = $"no {string.Join(", ", lacks)}; install bubblewrap and util-linux";
            return null;
        }

        var sandbox = new BubblewrapSandbox(Tool.Find("bwrap")!);
        var command = new SandboxCommand("probe", "", "(true) && test -f probe && test ! -e /etc/passwd", []);
        try
        {
            var probe = sandbox.Run(command, new SandboxLimits { Seconds = 10, MemoryMb = 512 }, default).GetAwaiter().GetResult();
            Missing = probe.Exit == 0 && probe.Stopped is null ? null : $"bubblewrap is there but cannot be used: {probe.Messages.Trim().Split('\n')[^1]}";
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            Missing = $"bubblewrap is there but does not start: {exception.Message}";
        }

        return Missing is null ? sandbox : null;
    }

    /// <inheritdoc/>
    public override Task<SandboxResult> Run(SandboxCommand command, SandboxLimits limits, CancellationToken cancel)
    {
        var homes = command.Tools.Where(tool => tool.Home is not null).DistinctBy(tool => tool.Home).ToList();
        var path = string.Join(':', homes.Select((tool, at) => Inside(tool, at)).Append("/usr/local/bin:/usr/bin:/bin"));
        string[] arguments =
        [
            .. _isRoot ? ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"] : new[] { "--unshare-all" },
            "--die-with-parent", "--new-session", "--hostname", "sandbox", "--clearenv",
            .. Environment(Folder, path).SelectMany(variable => new[] { "--setenv", variable.Name, variable.Value }),
            "--ro-bind", "/usr", "/usr",
            .. Shared.SelectMany(Shown),
            "--perms", "0755", "--dir", "/etc", "--perms", "0755", "--dir", "/opt",
            .. Directory.GetDirectories("/etc", "java*").Concat(["/etc/alternatives", "/etc/ld.so.cache"]).SelectMany(Shown),
            .. homes.SelectMany((tool, at) => new[] { "--ro-bind", tool.Home!, FormattableString.Invariant($"/opt/{at}") }),
            "--proc", "/proc", "--dev", "/dev", "--perms", "1777", "--size", FormattableString.Invariant($"{limits.FilesMb << 20}"), "--tmpfs", Folder,
            "--perms", "0444", "--ro-bind-data", "0", $"{Folder}/{command.File}", "--chdir", Folder,
            .. _isRoot ? ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--cap-add", "CAP_SETPCAP"] : Array.Empty<string>(),
            "--", "prlimit", .. Bounds(limits, processes: true), .. _isRoot ? AsUser() : [], "sh", "-c", Shell(command),
        ];
        var start = new ProcessStartInfo(_bubblewrap.Path, arguments) { WorkingDirectory = "/" };
        start.Environment.Clear();
        return ConfinedProcess.Run(start, command.Text, limits, wholeTree: false, cancel);
    }

    private static string Inside(Tool tool, int at)
    {
        var below = Path.GetRelativePath(tool.Home!, tool.Folder);
        return FormattableString.Invariant($"/opt/{at}") + (below == "." ? "" : $"/{below}");
    }

    private static string[] Shown(string path) => ["--ro-bind-try", path, path];

    private static string[] AsUser()
    {
        var user = FormattableString.Invariant($"{FirstUser + (((System.Environment.ProcessId << 8) + (Interlocked.Increment(ref _user) & 255)) & ((1 << 29) - 1))}");
        return ["setpriv", "--reuid", user, "--regid", user, "--clear-groups", "--inh-caps=-all", "--bounding-set=-all", "--no-new-privs"];
    }
}
