using System.Diagnostics;

namespace Ziya.Synthesis.Code.Sandboxing;

/// <summary>
/// Where bubblewrap is not there: the bounds of <c>prlimit</c>, and no network by <c>unshare</c>, each as far as this machine has them. Good enough for compilers, which read code and do
/// not run it; not for running it, since it sees the files of the user.
/// </summary>
internal sealed class LimitedSandbox : Sandbox
{
    private readonly string[] _unshare;
    private readonly bool _bounded;

    private LimitedSandbox(string[] unshare, bool bounded)
    {
        _unshare = unshare;
        _bounded = bounded;
    }

    /// <inheritdoc/>
    public override bool Isolates => false;

    /// <inheritdoc/>
    public override string Description =>
        $"not isolated ({BubblewrapSandbox.Missing ?? "not asked for"}): the user's files are in sight, "
        + (_unshare.Length > 0 ? "the network is not, " : "and so is the network, ") + (_bounded ? "memory and processor time are bounded" : "only time and output are bounded");

    /// <summary>The sandbox, with what this machine has.</summary>
    public static LimitedSandbox Open()
    {
        string[] unshare = ["--net", "--ipc", "--pid", "--fork", "--kill-child", "--"];
        string[] asUser = System.Environment.IsPrivilegedProcess ? unshare : ["--user", .. unshare];
        var tool = OperatingSystem.IsLinux() ? Tool.Find("unshare") : null;
        return new LimitedSandbox(tool is not null && Tool.Ask(tool.Path, [.. asUser, "true"]) is not null ? [tool.Path, .. asUser] : [], OperatingSystem.IsLinux() && Tool.Find("prlimit") is not null);
    }

    /// <inheritdoc/>
    public override async Task<SandboxResult> Run(SandboxCommand command, SandboxLimits limits, CancellationToken cancel)
    {
        var folder = Directory.CreateTempSubdirectory("ziya-code-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, command.File), command.Text, cancel).ConfigureAwait(false);
            string[] all = [.. _unshare, .. _bounded ? [Tool.Find("prlimit")!.Path, .. Bounds(limits, processes: false)] : Array.Empty<string>(), "sh", "-c", Shell(command)];
            var start = new ProcessStartInfo(all[0], all[1..]) { WorkingDirectory = folder };
            start.Environment.Clear();
            foreach (var (name, value) in Environment(folder, string.Join(':', command.Tools.Select(tool => tool.Folder).Append("/usr/local/bin:/usr/bin:/bin").Distinct())))
            {
                start.Environment[name] = value;
            }

            var result = await ConfinedProcess.Run(start, "", limits, wholeTree: true, cancel).ConfigureAwait(false);
            return result with { Output = result.Output.Replace(folder, "/tmp", StringComparison.Ordinal), Messages = result.Messages.Replace(folder, "/tmp", StringComparison.Ordinal) };
        }
        finally
        {
            Delete(folder);
        }
    }

    private static void Delete(string folder)
    {
        try
        {
            Directory.Delete(folder, true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A process that outlived its end may still write; the system empties the folder of temporary files.
        }
    }
}
