using System.Diagnostics;
using Ziya.Pipeline.Tests.Fixtures;

namespace Ziya.Cli.Tests;

/// <summary>A process killed at any moment, again and again, ends with the bytes of one that was left alone.</summary>
public sealed class KillTests
{
    private const int Kills = 24;
    private const int Seed = 20;

    [Fact]
    public void Run_KilledAtRandomPoints_EndsWithTheSameBytes()
    {
        using var folder = new TempFolder();
        folder.Write("in/a.jsonl", TestTexts.Lines(30_000, 1));
        folder.Write("in/b.jsonl", TestTexts.Lines(9_000, 2));
        TestJob.Write(folder);
        var clock = Stopwatch.StartNew();
        Assert.Equal(0, ZiyaProcess.Run(folder.Path, "run", "job.yaml", "--run-dir", "whole/run").Exit);
        var length = clock.Elapsed;
        var whole = TestJob.Outcome(folder["out"], folder["whole/run"]);
        Assert.Contains("manifest.json", whole.Keys);

        var random = new Random(Seed);
        var killed = 0;
        for (var story = 0; killed < Kills; story++)
        {
            // In a folder of its own: phases of runs beside it would be taken over.
            var runFolder = $"story-{story}/run";
            Directory.Delete(folder["out"], true);
            killed += Live(folder, runFolder, random, length, Kills - killed);
            Assert.Equal(whole, TestJob.Outcome(folder["out"], folder[runFolder]));
        }
    }

#if HAS_HANGFIRE
    private static string Engine(Random random) => random.Next(4) == 0 ? "hangfire" : "local";
#else
    private static string Engine(Random random) => "local";
#endif

    /// <summary>Kills a run until it gets to its end before the blow falls, at most <paramref name="kills"/> times.</summary>
    private static int Live(TempFolder folder, string runFolder, Random random, TimeSpan length, int kills)
    {
        string[] command = ["run", "job.yaml", "--run-dir", runFolder, "--workers", $"{1 + random.Next(3)}", "--engine", Engine(random)];
        for (var killed = 0; killed < kills; killed++)
        {
            using var process = ZiyaProcess.Start(folder.Path, command);
            if (process.EndsWithin(length * random.NextDouble()))
            {
                return killed;
            }

            process.Kill();
        }

        var last = ZiyaProcess.Run(folder.Path, command);
        Assert.True(last.Exit == 0, last.Error);
        return kills;
    }
}
