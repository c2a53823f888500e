using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Ziya.Cli.Tests;

/// <summary>The program as its users run it: a process of its own, in a folder of its own.</summary>
internal sealed partial class ZiyaProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    private ZiyaProcess(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        _process = Process.Start(start)!;
        _output = _process.StandardOutput.ReadToEndAsync();
        _error = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>The program's file.</summary>
    public static string Dll { get; } = Path.Combine(AppContext.BaseDirectory, "ziya.dll");

    /// <summary>Most resident bytes seen so far: Linux keeps count of them.</summary>
    public long PeakBytes { get; private set; }

    public static ZiyaProcess Start(string folder, params string[] arguments) =>
        new(new ProcessStartInfo("dotnet", [Dll, .. arguments]) { WorkingDirectory = folder });

    /// <summary>Runs a shell line in which <c>$ZIYA</c> stands for the program.</summary>
    public static Result Shell(string folder, string line)
    {
        using var process = new ZiyaProcess(new ProcessStartInfo("bash", ["-c", line]) { WorkingDirectory = folder, Environment = { ["ZIYA"] = $"dotnet {Dll}" } });
        return process.Wait();
    }

    public static Result Run(string folder, params string[] arguments)
    {
        using var process = Start(folder, arguments);
        return process.Wait();
    }

    /// <summary>Waits for its end.</summary>
    public Result Wait()
    {
        while (!_process.WaitForExit(20))
        {
            PeakBytes = Math.Max(PeakBytes, ReadPeak());
        }

        _process.WaitForExit();
        return new Result(_process.ExitCode, _output.Result, _error.Result);
    }

    /// <summary>Waits for its end for a while.</summary>
    public bool EndsWithin(TimeSpan time) => _process.WaitForExit(time);

    /// <summary>Ends it as a power cut would.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Asks it to stop: 2 is Ctrl-C, 15 what a system says that shuts down.</summary>
    public void Signal(int signal) => _ = Signal(_process.Id, signal);

    /// <summary>Whether this process was started with a signal ignored, as shells do with Ctrl-C for what runs in the background: those it starts ignore it too.</summary>
    public static bool IsIgnored(int signal)
    {
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith("SigIgn:", StringComparison.Ordinal));
        return (ulong.Parse(line.AsSpan(7).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & (1UL << (signal - 1))) != 0;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill();
        }

        _process.Dispose();
    }

    private long ReadPeak()
    {
        try
        {
            var line = File.ReadLines($"/proc/{_process.Id}/status").FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line.AsSpan(6).Trim().TrimEnd("kB").Trim(), CultureInfo.InvariantCulture) * 1024;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);

    /// <summary>How a process ended.</summary>
    internal sealed record Result(int Exit, string Output, string Error);
}
