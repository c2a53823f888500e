using System.CommandLine;
using System.CommandLine.Parsing;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Reading;
using Ziya.Pipeline.Runs;

namespace Ziya.Cli;

/// <summary>Exit codes, and how failures are told.</summary>
internal static class Exit
{
    /// <summary>All is done.</summary>
    public const int Done = 0;

    /// <summary>The job failed or was stopped.</summary>
    public const int Failed = 1;

    /// <summary>The command line or the job file is wrong.</summary>
    public const int Wrong = 2;

    /// <summary>Runs what was parsed.</summary>
    public static int Invoke(ParseResult parsed)
    {
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                Console.Error.WriteLine(error.Message);
            }

            var path = "";
            for (SymbolResult? at = parsed.CommandResult; at is CommandResult { Command: not RootCommand } command; at = at.Parent)
            {
                path = $"{command.Command.Name} {path}";
            }

            Console.Error.WriteLine($"See: ziya {path}--help");
            return Wrong;
        }

        try
        {
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (JobFaultException exception)
        {
            Console.Error.WriteLine(exception.Message);
            return Wrong;
        }
        catch (Exception exception) when (exception is JobFailedException or ClaimedException or IOException or UnauthorizedAccessException or InvalidDataException or InputChangedException)
        {
            Console.Error.WriteLine(exception.Message);
            return Failed;
        }
    }
}
