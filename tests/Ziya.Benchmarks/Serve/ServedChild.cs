using System.Diagnostics;
using Ziya.Server;

namespace Ziya.Benchmarks.Serve;

/// <summary>A server in a process of its own, so that its processor time can be told from that of who asks.</summary>
internal sealed class ServedChild : IDisposable
{
    private readonly Process _process;

    public ServedChild(string folder, string storage, string roles)
    {
        _process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["serve", "host", folder, storage, roles]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        string? line;
        while ((line = _process.StandardOutput.ReadLine()) is not null && !line.StartsWith("http", StringComparison.Ordinal))
        {
        }

        Url = new Uri(line ?? throw new InvalidOperationException("the server did not start."));
        _ = _process.StandardOutput.ReadToEndAsync();
    }

    public Uri Url { get; }

    /// <summary>What its processors did so far.</summary>
    public TimeSpan Cpu
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Memory it holds.</summary>
    public long Bytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>What the process does: it serves until its input ends.</summary>
    public static async Task<int> Host(string folder, string storage, string roles)
    {
        var options = new ServeOptions { Jobs = $"{folder}/jobs", Runs = $"{folder}/runs", Urls = "http://127.0.0.1:0", Storage = storage, Workers = 1, Roles = ServeOptions.ParseRoles(roles)! };
        await using var host = await ServeHost.StartAsync(options, LargeRun.Catalog, TimeProvider.System);
        Console.WriteLine(host.Url);
        await Console.In.ReadToEndAsync();
        return 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }
}
