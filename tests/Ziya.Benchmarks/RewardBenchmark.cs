using System.Diagnostics;
using System.Globalization;
using Ziya.Models.Export;
using Ziya.Models.Scoring;
using Ziya.Models.Tiny;

namespace Ziya.Benchmarks;

/// <summary>
/// <c>reward [TEXTS]</c>: a random reward model of 18 M parameters over texts of mixed lengths, half of them below 128 tokens, the longest 1024: sixteen at a time as they come, padded to the longest
/// of them, against the host that batches by length. Scores have to be the same to the bit.
/// </summary>
internal static class RewardBenchmark
{
    private const int Vocabulary = 2000;
    private const int Longest = 1024;
    private const int Batch = 16;

    public static int Run(string[] args)
    {
        var count = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 512;
        var folder = Directory.CreateTempSubdirectory("ziya-reward-");
        try
        {
            var target = Path.Combine(folder.FullName, "target");
            TinyModel.Write(Path.Combine(folder.FullName, "source"), new TinyOptions { Family = TinyFamily.Reward, Layers = 6, Hidden = 512, Heads = 8, Vocabulary = Vocabulary, Context = Longest });
            var manifest = ModelExport.Run(Path.Combine(folder.FullName, "source"), target, new ExportOptions());
            var rows = Rows(count);
            var graph = OnnxRowGraph.Open(target, manifest, "cpu");
            graph.Compute([.. rows.Take(Batch)]);

            var started = Stopwatch.GetTimestamp();
            float[][] expected = [.. rows.Chunk(Batch).SelectMany(graph.Compute)];
            var padded = Stopwatch.GetElapsedTime(started);

            using var batcher = new RowBatcher(graph, new ScoringOptions().BatchTokens);
            started = Stopwatch.GetTimestamp();
            var scores = Scores(batcher, rows);
            var time = Stopwatch.GetElapsedTime(started);

            var tokens = rows.Sum(row => (long)row.Ids.Length);
            var paddedTokens = rows.Chunk(Batch).Sum(batch => (long)batch.Length * batch.Max(row => row.Ids.Length));
            var different = expected.Zip(scores).Count(pair => pair.First[0] != pair.Second);
            Console.WriteLine($"{count} texts, {tokens} tokens, {(double)tokens / count:0} on average");
            Console.WriteLine($"  {Batch} as they come   {padded.TotalSeconds:0.0} s  {tokens / padded.TotalSeconds:0} tokens/s  {1 - ((double)tokens / paddedTokens):P0} padding");
            Console.WriteLine($"  batched by length {time.TotalSeconds:0.0} s  {tokens / time.TotalSeconds:0} tokens/s  {1 - ((double)batcher.Counts.Tokens / batcher.Counts.Computed):P0} padding  {padded / time:0.0}x");
            Console.WriteLine($"  scores that differ: {different}");
            return different == 0 ? 0 : 1;
        }
        finally
        {
            folder.Delete(true);
        }
    }

    /// <summary>As a step asks: so many in flight, in their order.</summary>
    private static float[] Scores(RowBatcher batcher, Row[] rows)
    {
        const int Width = 256;
        var waiting = new Queue<Task<float[]>>();
        var scores = new List<float>();
        foreach (var row in rows)
        {
            waiting.Enqueue(batcher.Submit(row.Ids, 0, default));
            if (waiting.Count == Width)
            {
                scores.Add(waiting.Dequeue().GetAwaiter().GetResult()[0]);
            }
        }

        scores.AddRange(waiting.Select(task => task.GetAwaiter().GetResult()[0]));
        return [.. scores];
    }

    private static Row[] Rows(int count)
    {
        var random = new Random(11);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            // Logarithms spread evenly: as many of 16 to 32 as of 512 to 1024.
            var length = (int)(16 * Math.Pow(Longest / 16, random.NextDouble()));
            return new Row([.. Enumerable.Range(0, length).Select(_ => random.Next(Vocabulary))], 0, i, default);
        })];
    }
}
