using System.Diagnostics;
using System.Globalization;
using Ziya.Models.Generation;

namespace Ziya.Benchmarks.Generation;

/// <summary>
/// <c>generate [REQUESTS] [BATCH] [small]</c>: decoding on the processor by a random LLaMA. The calls of the model alone at several batch sizes;
/// then a bulk job by the scheduler and by static batches in the order of arrival.
/// </summary>
internal static class GenerateBenchmark
{
    public static int Run(string[] args)
    {
        var numbers = args.Where(arg => char.IsDigit(arg[0])).Select(arg => int.Parse(arg, CultureInfo.InvariantCulture)).ToArray();
        using var model = new RandomModel(args.Contains("small"));
        Console.WriteLine($"{model.Parameters / 1e6:0} M parameters");
        Steps(model);
        Bulk(model, numbers.Length > 0 ? numbers[0] : 64, numbers.Length > 1 ? numbers[1] : 16);
        return 0;
    }

    private static void Steps(RandomModel model)
    {
        foreach (var batch in new[] { 1, 8, 32 })
        {
            using var decoder = new GqaDecoder(model.Session, model.Shape, batch, 256);
            decoder.Prefill(0, [.. Enumerable.Range(0, batch).Select(row => new ReadOnlyMemory<int>(RandomModel.Prompt(row, 32)))]);
            var tokens = new int[batch];
            var lengths = new int[batch];
            var started = Stopwatch.GetTimestamp();
            const int Count = 64;
            for (var step = 0; step < Count; step++)
            {
                Array.Fill(lengths, 32 + step);
                decoder.Decode(tokens, lengths);
            }

            Console.WriteLine($"decode, batch {batch,2}: {batch * Count / Stopwatch.GetElapsedTime(started).TotalSeconds:0} tokens/s");
        }
    }

    private static void Bulk(RandomModel model, int count, int batch)
    {
        // With all defaults but a seed: temperature, top p and repetition penalty.
        var requests = BulkJob.Make(count, new Sampling());
        var written = requests.Sum(request => request.MaxTokens);

        var started = Stopwatch.GetTimestamp();
        Static(model, requests, batch);
        var fixedTime = Stopwatch.GetElapsedTime(started);

        var clock = new CallClock();
        started = Stopwatch.GetTimestamp();
        using var scheduler = model.Schedule(batch, clock);
        Task.WaitAll([.. requests.Select(request => scheduler.Submit(request, default))]);
        var time = Stopwatch.GetElapsedTime(started);

        Console.WriteLine($"bulk, {count} requests, {written} tokens written, batch {batch}");
        Console.WriteLine($"  static batches   {fixedTime.TotalSeconds:0.0} s  {written / fixedTime.TotalSeconds:0} tokens/s");
        Console.WriteLine($"  scheduler        {time.TotalSeconds:0.0} s  {written / time.TotalSeconds:0} tokens/s  {fixedTime / time:0.0}x");
        Console.WriteLine($"  outside the model's calls {1 - (clock.All / time):P1}, of the middle step {clock.Overhead:P1}; slots at work {scheduler.Figures.Occupancy:P0}; prompt tokens computed {scheduler.Figures.Computed}, shared {scheduler.Figures.Shared}");
    }

    /// <summary>The obvious way: so many requests at a time, each computed whole, all kept until the longest is done.</summary>
    private static void Static(RandomModel model, TokenRequest[] requests, int size)
    {
        var sampler = new Sampler();
        using var decoder = new GqaDecoder(model.Session, model.Shape, size, 1024);
        foreach (var batch in requests.Chunk(size))
        {
            var logits = decoder.Prefill(0, [.. batch.Select(request => request.Prompt)]);
            var lengths = batch.Select(request => request.Prompt.Length).ToArray();
            var tokens = new int[batch.Length];
            for (var step = 0; step < batch.Max(request => request.MaxTokens); step++)
            {
                for (var row = 0; row < batch.Length; row++)
                {
                    tokens[row] = sampler.Choose(
                        logits.Slice(row * decoder.Vocabulary, decoder.Vocabulary), batch[row].Sampling, [], [], [], Sampler.Uniform(batch[row].Seed, step));
                }

                logits = decoder.Decode(tokens, lengths);
                for (var row = 0; row < batch.Length; row++)
                {
                    lengths[row]++;
                }
            }
        }
    }
}
