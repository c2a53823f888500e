using System.Diagnostics;
using Npgsql;
using Ziya.Pipeline.Tests.Fixtures;

namespace Ziya.Hangfire.Tests.Fixtures;

/// <summary>A PostgreSQL server of the tests' own, in a folder of its own; the programs are those of the machine.</summary>
public sealed class Postgres : IAsyncLifetime
{
    private static int _servers;

    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"ziya-postgres-{Environment.ProcessId}-{Interlocked.Increment(ref _servers)}");
    private int _databases;

    public int Port { get; private set; }

    /// <summary>Why there is none on this machine.</summary>
    public string? Missing { get; private set; }

    public async ValueTask InitializeAsync()
    {
        if (!OperatingSystem.IsLinux() || Program("initdb") is null || Program("pg_ctl") is null)
        {
            Missing = "needs PostgreSQL's server programs (initdb, pg_ctl): on Debian, apt install postgresql";
            return;
        }

        Port = FreePort.Find();
        Directory.CreateDirectory(_folder);
        if (Environment.UserName == "root")
        {
            await Run("chown", "postgres", _folder);
        }

        await RunAsServer("initdb", "-D", $"{_folder}/data", "-U", "ziya", "--auth=trust", "-E", "UTF8", "--no-sync");
        await Start();
    }

    /// <summary>Starts the server, after it was killed too.</summary>
    public Task Start() => RunAsServer("pg_ctl", "-D", $"{_folder}/data", "-w", "-l", $"{_folder}/log", "-o", $"-p {Port} -k {_folder} -c fsync=off -c max_connections=500 -h 127.0.0.1", "start");

    /// <summary>Kills the server as a power cut would.</summary>
    public Task Kill() => RunAsServer("pg_ctl", "-D", $"{_folder}/data", "-m", "immediate", "stop");

    /// <summary>A new database: how to reach it.</summary>
    public string NewDatabase()
    {
        Assert.SkipWhen(Missing is not null, Missing ?? "");
        var name = $"fleet_{Interlocked.Increment(ref _databases)}";
        using var connection = new NpgsqlConnection(Connection("postgres") + ";Pooling=false");
        connection.Open();
        using var command = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        command.ExecuteNonQuery();
        return Connection(name);
    }

    public async ValueTask DisposeAsync()
    {
        if (Port != 0)
        {
            await RunAsServer("pg_ctl", "-D", $"{_folder}/data", "-m", "immediate", "stop");
            Directory.Delete(_folder, true);
        }
    }

    private string Connection(string database) => $"Host=127.0.0.1;Port={Port};Username=ziya;Database={database};Maximum Pool Size=40;Connection Idle Lifetime=10;Connection Pruning Interval=5";

    // The server refuses to run as root.
    private static Task RunAsServer(string program, params string[] arguments) => Environment.UserName == "root"
        ? Run("runuser", ["-u", "postgres", "--", Program(program)!, .. arguments])
        : Run(Program(program)!, arguments);

    private static string? Program(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Concat(Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => version + "/bin") : [])
        .Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    private static async Task Run(string program, params string[] arguments)
    {
        // The server it may start inherits what this process writes to: it must not wait for its end.
        using var process = Process.Start(new ProcessStartInfo("sh", ["-c", "exec \"$0\" \"$@\" >/dev/null 2>&1 </dev/null", program, .. arguments]) { WorkingDirectory = "/" })!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: exit code {process.ExitCode}");
        }
    }
}
