using System.Diagnostics;
using Ziya.Models.Generation;

namespace Ziya.Benchmarks.Generation;

/// <summary>
/// <c>sample</c>: choosing a token by one thread, from flat rows of logits, as random weights give them (normal, deviation 1), and peaked ones, as of a model that has learned something (a
/// few dozen tokens stand out of the rest by an amount that falls with their rank).
/// </summary>
internal static class SampleBenchmark
{
    private const int Rows = 64;
    private const int Rounds = 60;

    public static int Run(string[] args)
    {
        foreach (var vocabulary in new[] { 16_000, 39_424, 151_936 })
        {
            foreach (var isFlat in new[] { true, false })
            {
                var rows = Enumerable.Range(0, Rows).Select(row => Logits(row, vocabulary, isFlat)).ToArray();
                var buffer = new float[vocabulary];
                var copying = Best(rows, buffer, (_, _) => { });
                var seen = RandomModel.Prompt(1, 500).Distinct().ToArray();
                Console.WriteLine($"{vocabulary,7} {(isFlat ? "flat  " : "peaked")} greedy {Time(new Sampling { Temperature = 0, RepetitionPenalty = 1 }),6:0.0} us, the defaults {Time(new Sampling()),6:0.0} us, top_k 50 {Time(new Sampling { TopK = 50 }),6:0.0} us");

                double Time(Sampling sampling)
                {
                    var sampler = new Sampler();
                    return Best(rows, buffer, (logits, row) => sampler.Choose(logits, sampling, seen, seen, [2], Sampler.Uniform(1, row))) - copying;
                }
            }
        }

        return 0;
    }

    private static double Best(float[][] rows, float[] buffer, Action<float[], int> choose) => Enumerable.Range(0, Rounds).Min(_ =>
    {
        var started = Stopwatch.GetTimestamp();
        for (var row = 0; row < rows.Length; row++)
        {
            rows[row].CopyTo(buffer, 0);
            choose(buffer, row);
        }

        return Stopwatch.GetElapsedTime(started).TotalMicroseconds / rows.Length;
    });

    private static float[] Logits(int seed, int vocabulary, bool isFlat)
    {
        var random = new Random(seed);
        var logits = new float[vocabulary];
        foreach (ref var logit in logits.AsSpan())
        {
            logit = (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        }

        for (var rank = 1; !isFlat && rank <= 50; rank++)
        {
            logits[random.Next(vocabulary)] += (float)(14 - (1.5 * Math.Log(rank)));
        }

        return logits;
    }
}
