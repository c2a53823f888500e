using System.Diagnostics;
using Ziya.Pipeline.Tests.Fixtures;

namespace Ziya.Hangfire.Tests.Fixtures;

/// <summary>A worker with the steps of the tests in a process of its own, which may be killed: this very program, told by its environment to be one.</summary>
internal static class WorkerProcess
{
    /// <summary>What is not heard of for so long is taken for dead.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(3);

    private const string Storage = "ZIYA_TESTS_STORAGE";
    private const string Runs = "ZIYA_TESTS_RUNS";

    /// <summary>Starts one.</summary>
    public static Process Start(string storage, string runs) =>
        Process.Start(new ProcessStartInfo("dotnet", [typeof(WorkerProcess).Assembly.Location]) { Environment = { [Storage] = storage, [Runs] = runs }, RedirectStandardOutput = true, RedirectStandardError = true })!;

    public static async Task<int> Main(string[] arguments)
    {
        if (Environment.GetEnvironmentVariable(Storage) is not { } connection)
        {
            return await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(arguments);
        }

        var storage = FleetStorage.Open(connection, Silence);
        using var fleet = new Fleet(new FleetOptions { Runs = Environment.GetEnvironmentVariable(Runs)!, Workers = 2 }, TestRun.Catalog, storage, TimeProvider.System);
        using var server = new FleetServer(fleet, storage);
        await Task.Delay(TimeSpan.FromMinutes(2));
        return 1;
    }
}
