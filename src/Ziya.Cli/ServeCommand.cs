using System.CommandLine;
using System.Globalization;
using Ziya.Server;

namespace Ziya.Cli;

/// <summary><c>ziya serve</c>.</summary>
internal static class ServeCommand
{
    public static Command Make()
    {
        var defaults = new ServeOptions();
        var jobs = new Option<string>("--jobs") { HelpName = "DIR", Description = "The folder of the job files. Those with schedule: run by it; only these can be started. Default: jobs.", DefaultValueFactory = _ => defaults.Jobs };
        var runs = new Option<string>("--runs") { HelpName = "DIR", Description = "Where the run folders lie: a folder that all processes share, or azblob://container/prefix. Default: runs.", DefaultValueFactory = _ => defaults.Runs };
        var storage = new Option<string>("--storage") { HelpName = "memory|CONNECTION", Description = "Where Hangfire keeps its jobs: memory, for one process, or a connection string of PostgreSQL, for many. Default: ZIYA_STORAGE of the environment, or memory.", DefaultValueFactory = _ => Environment.GetEnvironmentVariable("ZIYA_STORAGE") ?? defaults.Storage };
        var roles = new Option<string>("--roles") { HelpName = "LIST", Description = "What this process does, of scheduler,cpu,gpu,web. Default: all.", DefaultValueFactory = _ => "scheduler,cpu,gpu,web" };
        var urls = new Option<string>("--urls") { HelpName = "URL", Description = "Where it listens. An address that other machines reach needs ZIYA_API_KEYS or ZIYA_OIDC_AUTHORITY. Default: http://127.0.0.1:8080.", DefaultValueFactory = _ => defaults.Urls };
        var workers = new Option<int>("--workers") { HelpName = "N", Description = "Tasks at once. Default: the number of cores.", DefaultValueFactory = _ => defaults.Workers };
        var deaths = new Option<int>("--deaths") { HelpName = "N", Description = "A task is given up, and its run fails, when so many workers that had it have died. Default: 3.", DefaultValueFactory = _ => defaults.MostDeaths };
        var silence = Silence();
        workers.ExpectBetween(1, 1024);
        var command = new Command("serve", """
            Serves jobs: runs those with a schedule, executes tasks alone or with other processes over PostgreSQL, and shows pages at /, Hangfire's dashboard at /hangfire, a JSON API at /api (described
            by /openapi/v1.json), /health and /metrics. Ctrl-C or SIGTERM ends it: tasks at work end at their next record, and are done by others or at the next start.
            Who may come in is told by the environment: ZIYA_API_KEYS="NAME:ROLE:KEY ..." with the roles viewer and operator, ZIYA_OIDC_AUTHORITY and ZIYA_OIDC_CLIENT_ID for OpenID Connect.
            """) { jobs, runs, storage, roles, urls, workers, deaths, silence };
        var retention = new RetentionArguments(false);
        retention.AddTo(command);
        command.SetAction(parsed =>
        {
            var options = new ServeOptions
            {
                Jobs = parsed.GetRequiredValue(jobs),
                Runs = parsed.GetRequiredValue(runs),
                Storage = parsed.GetRequiredValue(storage),
                Urls = parsed.GetRequiredValue(urls),
                Workers = parsed.GetValue(workers),
                MostDeaths = parsed.GetValue(deaths),
                Silence = TimeSpan.FromSeconds(parsed.GetValue(silence)),
                Retention = retention.Of(parsed),
            };
            return Execute(options, parsed.GetRequiredValue(roles));
        });
        return command;
    }

    /// <summary>What all processes that share a storage have to be told alike: those of <c>ziya run</c> too.</summary>
    internal static Option<int> Silence()
    {
        var silence = new Option<int>("--silence") { HelpName = "SECONDS", Description = "With PostgreSQL: a worker that is not heard of for so long is taken for dead, and others do its tasks; it says that it lives five times as often. The same for all processes. Default: 60.", DefaultValueFactory = _ => (int)new ServeOptions().Silence.TotalSeconds };
        silence.ExpectBetween(10, 3600);
        return silence;
    }

    private static int Execute(ServeOptions options, string roles)
    {
        string? fault;
        try
        {
            options = options with { Roles = ServeOptions.ParseRoles(roles) ?? [], Keys = ApiKey.Parse(Environment.GetEnvironmentVariable(ApiKey.Variable)), Oidc = OidcOptions.Of(Environment.GetEnvironmentVariable) };
            fault = options.Roles.Count == 0 ? $"--roles is '{roles}', expected some of scheduler,cpu,gpu,web."
                : options.Has(ServeRole.Scheduler) && !Directory.Exists(options.Jobs) ? $"--jobs {options.Jobs}: no such folder."
                : options.Fault();
        }
        catch (FormatException exception)
        {
            fault = exception.Message;
        }

        if (fault is not null)
        {
            Console.Error.WriteLine(fault);
            return Exit.Wrong;
        }

        Serve(options).GetAwaiter().GetResult();
        return Exit.Done;
    }

    private static async Task Serve(ServeOptions options)
    {
        await using var host = await ServeHost.StartAsync(options, Catalog.All, TimeProvider.System);
        var does = string.Join(", ", options.Roles.Select(role => role.ToString().ToLower(CultureInfo.InvariantCulture)));
        await Console.Out.WriteLineAsync($"ziya serves {does}{(options.Has(ServeRole.Web) ? $" at {host.Url}" : "")}. Ctrl-C ends it.");
        await host.WaitAsync();
    }
}
