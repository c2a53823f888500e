using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;
using Ziya.Pipeline.Runs;

namespace Ziya.Server;

/// <summary>What a server is told.</summary>
public sealed record ServeOptions
{
    /// <summary>The storage that lives as long as the process.</summary>
    public const string Memory = "memory";

    /// <summary>The folder of the job files. Only these can be started. Default <c>jobs</c>.</summary>
    public string Jobs { get; init; } = "jobs";

    /// <summary>Where the run folders lie: a folder, or <c>azblob://container/prefix</c>. Default <c>runs</c>.</summary>
    public string Runs { get; init; } = "runs";

    /// <summary>Where Hangfire keeps its jobs: <c>memory</c>, or a connection string of PostgreSQL. Default <c>memory</c>. Ignored where the build has no Hangfire.</summary>
    public string Storage { get; init; } = Memory;

    /// <summary>What this process does. Default: everything.</summary>
    public IReadOnlyList<ServeRole> Roles { get; init; } = Enum.GetValues<ServeRole>();

    /// <summary>Where it listens: <c>http://ADDRESS:PORT</c>, port 0 for any. Default <c>http://127.0.0.1:8080</c>.</summary>
    public string Urls { get; init; } = "http://127.0.0.1:8080";

    /// <summary>Tasks at once. Default: the number of cores.</summary>
    public int Workers { get; init; } = Environment.ProcessorCount;

    /// <summary>After how many deaths of workers that had it a task is given up. Default 3. Ignored where the build has no Hangfire.</summary>
    public int MostDeaths { get; init; } = 3;

    /// <summary>
    /// How long a worker may not be heard of before others do its tasks, 10 s to an hour; it says that it lives five times as often, however long a task takes. Default a minute.
    /// Ignored with <see cref="Storage"/> in memory, where there are no others.
    /// </summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Which runs the scheduler keeps, looked at every hour; null where it deletes none. Default null.</summary>
    public Retention? Retention { get; init; }

    /// <summary>Who may come in; empty where nobody is asked, which only loopback allows.</summary>
    public IReadOnlyList<ApiKey> Keys { get; init; } = [];

    /// <summary>Where people sign in beside or instead of keys; null for keys alone.</summary>
    public OidcOptions? Oidc { get; init; }

    /// <summary>Whether anybody is asked who they are.</summary>
    internal bool Asks => Keys.Count > 0 || Oidc is not null;

    /// <summary>Whether this process has a role.</summary>
    public bool Has(ServeRole role) => Roles.Contains(role);

    /// <summary>Why these options cannot be; null where they can.</summary>
    public string? Fault()
    {
        if (!Has(ServeRole.Web))
        {
            return Has(ServeRole.Scheduler) || Has(ServeRole.Cpu) || Has(ServeRole.Gpu) ? null : "--roles names none of scheduler, cpu, gpu, web.";
        }

        return Endpoint() is not { } endpoint ? $"--urls is '{Urls}', expected http://ADDRESS:PORT with an IP address, localhost or *. Encryption is a proxy's business."
            : !IPAddress.IsLoopback(endpoint.Address) && !Asks
                ? $"--urls {Urls} can be reached from other machines. Set {ApiKey.Variable} to who may come in (NAME:ROLE:KEY, roles viewer and operator), or {OidcOptions.Variable} to where they sign in, or listen on 127.0.0.1."
                : Oidc?.Fault();
    }

    /// <summary>Where it listens; null where <see cref="Urls"/> is no such place.</summary>
    internal IPEndPoint? Endpoint()
    {
        try
        {
            var binding = BindingAddress.Parse(Urls);
            var address = binding.Host switch
            {
                "localhost" => IPAddress.Loopback,
                "*" or "+" => IPAddress.IPv6Any,
                var host => IPAddress.TryParse(host.Trim('[', ']'), out var found) ? found : null,
            };
            return address is null || binding.Scheme != "http" || binding.PathBase.Length > 0 ? null : new IPEndPoint(address, binding.Port);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>Roles as the command line lists them. Null where one is unknown.</summary>
    public static IReadOnlyList<ServeRole>? ParseRoles(string roles)
    {
        var names = roles.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var known = Enum.GetValues<ServeRole>().ToDictionary(role => role.ToString().ToLower(CultureInfo.InvariantCulture));
        return names.Length > 0 && names.All(known.ContainsKey) ? [.. names.Select(name => known[name]).Distinct()] : null;
    }
}

/// <summary>What a process of a fleet does.</summary>
public enum ServeRole
{
    /// <summary>Starts jobs by their schedules.</summary>
    Scheduler,

    /// <summary>Executes tasks that need no accelerator.</summary>
    Cpu,

    /// <summary>Executes tasks whose models ask for CUDA.</summary>
    Gpu,

    /// <summary>Shows pages, dashboard and API.</summary>
    Web,
}
