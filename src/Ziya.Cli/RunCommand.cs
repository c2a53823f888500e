using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Runs;
using Ziya.Pipeline.Writing;

namespace Ziya.Cli;

/// <summary><c>ziya run</c>.</summary>
internal static class RunCommand
{
    public static Command Make()
    {
        var job = new Argument<string>("JOB.yaml") { Description = "The job file." };
        var set = new Option<string[]>("--set") { HelpName = "path=value", Description = "Replaces a value of the job: --set steps.dedup_minhash.bands=20. Can be given again." };
        var runDir = new Option<string?>("--run-dir") { HelpName = "DIR", Description = "The run folder. Default: one below runs/ that the job and its input name." };
        var workers = new Option<int>("--workers") { HelpName = "N", Description = "Tasks at once. Default: the number of cores. The outputs do not depend on it.", DefaultValueFactory = _ => Environment.ProcessorCount };
        var fresh = new Option<bool>("--fresh") { Description = "Starts over, and takes nothing over from earlier runs." };
        workers.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && (!int.TryParse(result.Tokens[0].Value, out var count) || count is < 1 or > 1024))
            {
                result.AddError($"--workers is '{result.Tokens[0].Value}', expected a whole number from 1 to 1024.");
            }
        });
        var command = new Command("run", """
            Runs a job. What is done is kept in the run folder: the same command goes on after an interruption, and a changed job takes over every phase that
            stays the same. Exit code 0: done. 1: failed or stopped, with what to do. 2: the command line or the job file is wrong.
            """) { job, set, runDir, workers, fresh };
        command.SetAction(parsed => Execute(
            parsed.GetRequiredValue(job), parsed.GetValue(set) ?? [], parsed.GetValue(runDir), parsed.GetValue(workers), parsed.GetValue(fresh)));
        return command;
    }

    private static int Execute(string path, string[] overrides, string? runDir, int workers, bool fresh)
    {
        var job = JobFile.Load(path, overrides, Catalog.All);
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, stop));
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, stop));
        using var run = Run.Open(job, Catalog.All, runDir, fresh, TimeProvider.System);
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{Run.IdOf(run.Plan)}: {Count(run.Plan.Phases.Count, "phase")}, {Count(run.Plan.Phases.Sum(phase => phase.Tasks.Count), "task")}, {Count(workers, "worker")} -> {run.Folder.Root}"));
        Tell(run.Notes);
        var resume = $"Run the same command again to go on from here{(runDir is null ? "" : $" (with --run-dir {runDir})")}; --fresh starts over.";
        try
        {
            ProgressDisplay.Watch(run, () => new LocalEngine(workers, TimeProvider.System).Execute(run, stop.Token));
            ReportText.Write(run.Finish("done"));
            Tell(run.Remarks);
            Console.Out.WriteLine($"dataset  {FolderPattern.Root(job.Output.Write)}\nreport   {run.Folder.Root}/report.html");
            return Exit.Done;
        }
        catch (OperationCanceledException)
        {
            run.Finish("stopped");
            Tell(run.Remarks);
            Console.Error.WriteLine($"Stopped. Finished tasks are kept in {run.Folder.Root}. {resume}");
            return Exit.Failed;
        }
        catch (Exception exception) when (exception is JobFailedException or IOException or UnauthorizedAccessException)
        {
            TryFinish(run, exception);
            Tell(run.Remarks);
            var where = exception is JobFailedException ? "" : "publishing: ";
            Console.Error.WriteLine($"{path}: failed: {where}{exception.Message.TrimEnd('.')}.\nFinished tasks are kept in {run.Folder.Root}. {resume}");
            return Exit.Failed;
        }
    }

    private static string Count(int count, string noun) => string.Create(CultureInfo.InvariantCulture, $"{count:N0} {noun}{(count == 1 ? "" : "s")}");

    private static void Tell(IReadOnlyList<string> notes)
    {
        foreach (var note in notes)
        {
            Console.Error.WriteLine(note);
        }
    }

    /// <summary>The failure is what matters: a disk too full for the report must not hide it.</summary>
    private static void TryFinish(Run run, Exception exception)
    {
        try
        {
            run.Finish("failed", exception.Message);
        }
        catch (Exception second) when (second is IOException or UnauthorizedAccessException or InvalidDataException)
        {
        }
    }

    private static void Stop(PosixSignalContext context, CancellationTokenSource stop)
    {
        // The first signal stops tasks at their next record; a second one is left to end the process, which loses nothing but time.
        context.Cancel = !stop.IsCancellationRequested;
        stop.Cancel();
    }
}
