using System.Collections.Concurrent;
using System.Diagnostics;

namespace Ziya.Synthesis.Code.Sandboxing;

/// <summary>A program of this machine.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Path">Where it stands, links followed.</param>
internal sealed record Tool(string Name, string Path)
{
    private static readonly ConcurrentDictionary<string, Lazy<Tool?>> Known = new();

    // What every sandbox shows anyway comes first: the versions managers in homes put before it are links and scripts into the rest of the home.
    private static readonly string[] SystemFolders = ["/usr/bin", "/usr/local/bin", "/bin"];

    /// <summary>The folder it belongs to, where that does not lie below /usr.</summary>
    public string? Home { get; init; }

    /// <summary>The folder of the program.</summary>
    public string Folder => System.IO.Path.GetDirectoryName(Path)!;

    /// <summary>The first line it says of its version.</summary>
    public string Version { get; init; } = "";

    /// <summary>The program of that name, or null where there is none.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="home">Arguments with which it prints the folder it really belongs to, for one that may be a shim; none otherwise.</param>
    public static Tool? Find(string name, params IReadOnlyList<string> home) => Known.GetOrAdd(name, _ => new Lazy<Tool?>(() => Look(name, home))).Value;

    /// <summary>What a program writes to standard output, or null where it fails or takes longer than ten seconds.</summary>
    public static string? Ask(string path, params IEnumerable<string> arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(path, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true })!;
            process.StandardInput.Close();
            var messages = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEndAsync();
            if (!process.WaitForExit(TimeSpan.FromSeconds(10)))
            {
                process.Kill(true);
                return null;
            }

            return process.ExitCode == 0 && Task.WaitAll([messages, output], TimeSpan.FromSeconds(1)) ? output.Result + messages.Result : null;
        }
        catch (Exception exception) when (exception is System.ComponentModel.Win32Exception or InvalidOperationException or IOException)
        {
            return null;
        }
    }

    private static Tool? Look(string name, IReadOnlyList<string> home)
    {
        var file = OperatingSystem.IsWindows() ? name + ".exe" : name;
        var folders = SystemFolders.Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(System.IO.Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries));
        if (folders.Select(folder => System.IO.Path.Combine(folder, file)).FirstOrDefault(File.Exists) is not { } found)
        {
            return null;
        }

        var path = new FileInfo(found).ResolveLinkTarget(true)?.FullName ?? found;
        string? root = null;
        if (!IsShown(path) && home.Count > 0)
        {
            root = Ask(found, home)?.Trim();
            path = root is null ? path : System.IO.Path.Combine(root, "bin", file);
        }

        if (!File.Exists(path) || (VersionOf(path) is not { } version))
        {
            return null;
        }

        return new Tool(name, IsShown(path) ? found : path) { Home = IsShown(path) ? null : root ?? HomeOf(path), Version = version };
    }

    private static bool IsShown(string path) => path.StartsWith("/usr/", StringComparison.Ordinal);

    // bin/gofmt of /opt/go needs /opt/go; ~/bin/gofmt must not open the home.
    private static string HomeOf(string path)
    {
        var folder = System.IO.Path.GetDirectoryName(path)!;
        var parent = System.IO.Path.GetDirectoryName(folder);
        var user = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return System.IO.Path.GetFileName(folder) == "bin" && parent is not null && parent != "/" && !user.StartsWith(parent, StringComparison.Ordinal) ? parent : folder;
    }

    private static string? VersionOf(string path)
    {
        var said = Ask(path, "--version") ?? Ask(path, "-version") ?? (File.Exists(path) ? "unknown version" : null);
        return said?.Split('\n', 2)[0].Trim();
    }
}
