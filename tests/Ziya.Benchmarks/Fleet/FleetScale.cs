using System.Globalization;
using Ziya.Corpus.Deduplication;
using Ziya.Models.Teachers;
using Ziya.Pipeline.Plans;
using Ziya.Pipeline.Reading;
using Ziya.Pipeline.Runs;
using Ziya.Pipeline.Steps;

namespace Ziya.Benchmarks.Fleet;

/// <summary>
/// <c>scale RUN_DIR CORE_SECONDS TERABYTES</c>: the plan that the job of a run would have over so much input, replayed on paper with more and more workers: how long it takes, and what it waits for.
/// The run was done here on few data; <c>CORE_SECONDS</c> is what it took of the processor.
/// </summary>
internal static class FleetScale
{
    public static int Run(string[] args)
    {
        var catalog = new StepCatalog(typeof(DedupMinHash).Assembly, typeof(TeacherOptions).Assembly);
        var folder = RunFolder.At(args[0]);
        var job = folder.ReadJob(catalog);
        var done = new MeasuredRun(folder, double.Parse(args[1], CultureInfo.InvariantCulture));
        var bytes = double.Parse(args[2], CultureInfo.InvariantCulture) * 1e12;
        var split = InputListing.SplitOf((long)bytes);
        var shards = Enumerable.Range(0, (int)(bytes / split)).Select(at => new Shard(at, [new Slice($"azblob://corpus/{at:00000}.jsonl", $"{at:00000}.jsonl", "jsonl", 0, split, split, "1")])).ToList();
        var plan = Planner.Compile(job, shards);
        var loads = plan.Work.Select(work => TaskLoad.Of(work, plan.Plan, done, bytes / done.Bytes, split)).ToList();
        Console.WriteLine($"{plan.Plan.Phases.Count} phases, {plan.Plan.Phases.Sum(phase => phase.Tasks.Count):N0} tasks, {shards.Count:N0} shards of {split / 1e6:N0} MB, {plan.Plan.Partitions} partitions");
        Console.WriteLine("phase                               tasks   requests a task        in all   computing a task   waiting for requests");
        foreach (var (phase, load) in plan.Plan.Phases.Zip(loads))
        {
            Say($"{phase.Name,-34} {phase.Tasks.Count,6:N0} {load.Requests,17:N0} {load.Requests * phase.Tasks.Count,13:N0} {load.Seconds,16:0.0} s {load.Waiting,20:0.0} s");
        }

        Console.WriteLine();
        Console.WriteLine("workers      hours   computing   requests   bandwidth   database   queueing   connections   what it waits for");
        foreach (var workers in new[] { 4, 16, 64, 256, 1024, 4096 })
        {
            Tell(FleetReplay.Of(plan.Plan, loads, workers));
        }

        return 0;
    }

    private static void Tell(FleetReplay replay)
    {
        var longest = new[] { ("computing", replay.Computing), ("requests to come back", replay.Waiting), ("the blobs' requests", replay.Requests), ("the blobs' bandwidth", replay.Bandwidth), ("the database", replay.Database), ("tasks to be queued", replay.Queueing), ("the slowest tasks of each phase", replay.Tail) }.MaxBy(cause => cause.Item2).Item1;
        Say($"{replay.Workers,7} {replay.Seconds / 3600,10:0.0} {replay.Computing,10:0%} {replay.Requests,10:0%} {replay.Bandwidth,11:0%} {replay.Database,10:0%} {replay.Queueing,10:0%} {replay.Connections,13:N0}   {longest}");
    }

    private static void Say(FormattableString line) => Console.WriteLine(FormattableString.Invariant(line));
}
