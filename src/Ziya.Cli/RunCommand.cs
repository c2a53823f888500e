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
        var workers = new Option<int>("--workers") { HelpName = "N", Description = "Tasks that this process executes at once. Default: the number of cores. The outputs do not depend on it.", DefaultValueFactory = _ => Environment.ProcessorCount };
        var fresh = new Option<bool>("--fresh") { Description = "Starts over, and takes nothing over from earlier runs." };
        var engine = new Option<string>("--engine") { HelpName = "NAME", Description = "Who executes the tasks: local, this process; or hangfire, background jobs that the workers of ziya serve take part in. The outputs are the same. Default: local.", DefaultValueFactory = _ => Engines.Local };
        engine.AcceptOnlyFromAmong(Engines.Local, Engines.Hangfire);
        var storage = new Option<string>("--storage") { HelpName = "memory|CONNECTION", Description = "Of --engine hangfire: memory, for this process alone, or a connection string of PostgreSQL. Default: ZIYA_STORAGE of the environment, or memory.", DefaultValueFactory = _ => Environment.GetEnvironmentVariable("ZIYA_STORAGE") ?? EngineOptions.Memory };
        var priority = new Option<string>("--priority") { HelpName = "LEVEL", Description = "Of --engine hangfire: low, normal or high; tasks of higher priority are taken first. Default: normal.", DefaultValueFactory = _ => "normal" };
        var silence = ServeCommand.Silence();
        priority.AcceptOnlyFromAmong("low", "normal", "high");
        workers.Expect("a whole number from 1 to 1024, or 0 with --engine hangfire", text => int.TryParse(text, out var count) && count is >= 0 and <= 1024);
        var command = new Command("run", """
            Runs a job. What is done is kept in the run folder: the same command goes on after an interruption, and a changed job takes over every phase that
            stays the same. Exit code 0: done. 1: failed or stopped, with what to do. 2: the command line or the job file is wrong.
            With --engine hangfire and a --storage that others use too, their workers take part, and this process serves tasks of other runs while it waits;
            --workers 0 leaves all to them. Ctrl-C stops the run everywhere; a process that is killed stops nothing, and the same command follows the run again.
            """) { job, set, runDir, workers, fresh, engine, storage, priority, silence };
        command.SetAction(parsed => Execute(
            parsed.GetRequiredValue(job), parsed.GetValue(set) ?? [], parsed.GetValue(runDir), parsed.GetValue(fresh),
            new EngineOptions(parsed.GetRequiredValue(engine), parsed.GetRequiredValue(storage), parsed.GetValue(workers), parsed.GetRequiredValue(priority), TimeSpan.FromSeconds(parsed.GetValue(silence)))));
        return command;
    }

    private static int Execute(string path, string[] overrides, string? runDir, bool fresh, EngineOptions options)
    {
        if (Engines.Find(options, out var fault) is not { } engine)
        {
            Console.Error.WriteLine(fault);
            return Exit.Wrong;
        }

        using (engine as IDisposable)
        {
            var job = JobFile.Load(path, overrides, Catalog.All);
            using var stop = new CancellationTokenSource();
            using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, stop));
            using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, stop));
            using var run = engine.Open(job, Catalog.All, runDir, fresh);
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{Run.IdOf(run.Plan)}: {Count(run.Plan.Phases.Count, "phase")}, {Count(run.Plan.Phases.Sum(phase => phase.Tasks.Count), "task")}, {Count(options.Workers, "worker")}{Engines.With(engine)} -> {run.Folder.Root}"));
            Tell(run.Notes);
            return CarryOut(engine, run, path, $"Run the same command again to go on from here{(runDir is null ? "" : $" (with --run-dir {runDir})")}; --fresh starts over.", stop.Token);
        }
    }

    private static int CarryOut(IEngine engine, Run run, string path, string resume, CancellationToken cancel)
    {
        try
        {
            ReportText.Write(ProgressDisplay.Watch(run, () => engine.CarryOut(run, cancel)));
            Tell(run.Remarks);
            Console.Out.WriteLine($"dataset  {FolderPattern.Root(run.Job.Output.Write)}\nreport   {run.Folder.Root}/report.html");
            return Exit.Done;
        }
        catch (OperationCanceledException exception)
        {
            Tell(run.Remarks);
            var why = cancel.IsCancellationRequested ? "" : $": {exception.Message.TrimEnd('.')}";
            Console.Error.WriteLine($"Stopped{why}. Finished tasks are kept in {run.Folder.Root}. {resume}");
            return Exit.Failed;
        }
        catch (JobFailedException exception)
        {
            Tell(run.Remarks);
            Console.Error.WriteLine($"{path}: failed: {exception.Message.TrimEnd('.')}.\nFinished tasks are kept in {run.Folder.Root}. {resume}");
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

    private static void Stop(PosixSignalContext context, CancellationTokenSource stop)
    {
        // The first signal stops tasks at their next record; a second one is left to end the process, which loses nothing but time.
        context.Cancel = !stop.IsCancellationRequested;
        stop.Cancel();
    }
}
