using Ziya.Pipeline.Execution;
#if HAS_HANGFIRE
using Ziya.Hangfire;
#endif

namespace Ziya.Cli;

/// <summary>The engines that <c>ziya run</c> names.</summary>
internal static class Engines
{
    public const string Local = "local";
    public const string Hangfire = "hangfire";

    /// <summary>The engine of a name; null, with what is wrong, where this program has none of it.</summary>
    public static IEngine? Find(EngineOptions options, out string? fault)
    {
        fault = options.Fault();
        if (fault is not null)
        {
            return null;
        }

        if (options.Engine == Local)
        {
            return new LocalEngine(options.Workers, TimeProvider.System);
        }

#if HAS_HANGFIRE
        return new HangfireEngine(options.Storage, options.Workers, Enum.Parse<RunPriority>(options.Priority, true), TimeProvider.System, options.Silence);
#else
        fault = "--engine hangfire: this program was built without Hangfire, which its package registry lacks. Leave --engine out to run on this machine alone; "
            + "or build where Hangfire.Core, Hangfire.InMemory and Hangfire.PostgreSql can be restored (delete artifacts/registry.props to ask again).";
        return null;
#endif
    }

    /// <summary>What to say of an engine beside the run.</summary>
    public static string With(IEngine engine) => engine switch
    {
#if HAS_HANGFIRE
        HangfireEngine { Follows: true } => " of this process (the run goes on already: it is followed here, and Ctrl-C stops it)",
        HangfireEngine => " of this process",
#endif
        _ => "",
    };
}

/// <summary>Which engine, and what it is told.</summary>
internal sealed record EngineOptions(string Engine, string Storage, int Workers, string Priority, TimeSpan Silence)
{
    public const string Memory = "memory";

    /// <summary>Why these cannot be; null where they can.</summary>
    public string? Fault() =>
        Engine == Engines.Local && Priority != "normal" ? "--priority needs --engine hangfire: alone, a run has nobody to go before."
        : Workers == 0 && (Engine == Engines.Local || Storage == Memory) ? "--workers is 0: that leaves all tasks to other processes, which --engine hangfire with --storage of PostgreSQL can."
        : null;
}
