using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;
using Ziya.Models.Export;
using Ziya.Models.Generation;
using Ziya.Models.Tiny;
using Ziya.Models.Tokenization;

namespace Ziya.Benchmarks;

/// <summary>
/// <c>generate [REQUESTS]</c>: decoding on the processor by a random LLaMA of 100 M parameters. The calls of the model alone at several batch sizes;
/// then a bulk job of prompts that share 400 tokens and answers of 16 to 512, by the scheduler and by static batches in the order of arrival.
/// </summary>
internal static class GenerateBenchmark
{
    private const int Vocabulary = 16_000;
    private const int Batch = 16;
    private const int Prefix = 400;

    public static int Run(string[] args)
    {
        var count = args.Length > 0 ? int.Parse(args[0], System.Globalization.CultureInfo.InvariantCulture) : 64;
        var folder = Directory.CreateTempSubdirectory("ziya-generate-");
        try
        {
            var source = Path.Combine(folder.FullName, "source");
            var target = Path.Combine(folder.FullName, "target");
            TinyModel.Write(source, new TinyOptions { Family = TinyFamily.Llama, Layers = 12, Hidden = 768, Heads = 12, Vocabulary = Vocabulary, Context = 1024 });
            var manifest = ModelExport.Run(source, target, new ExportOptions());
            using var options = new SessionOptions();
            using var session = new InferenceSession(Path.Combine(target, ModelManifest.ModelFile), options);
            var shape = DecoderShape.Of(manifest);
            Steps(session, shape);
            Bulk(session, shape, manifest.KvBytesPerPosition, count);
            return 0;
        }
        finally
        {
            folder.Delete(true);
        }
    }

    private static void Steps(InferenceSession session, DecoderShape shape)
    {
        foreach (var batch in new[] { 1, 8, 32 })
        {
            using var decoder = new GqaDecoder(session, shape, batch, 256);
            decoder.Prefill(0, [.. Enumerable.Range(0, batch).Select(row => new ReadOnlyMemory<int>(Prompt(row, 32)))]);
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

    private static void Bulk(InferenceSession session, DecoderShape shape, long positionBytes, int count)
    {
        var random = new Random(7);
        var prefix = Prompt(1, Prefix);
        var requests = Enumerable.Range(0, count).Select(i =>
            new TokenRequest((int[])[.. prefix, .. Prompt(100 + i, random.Next(4, 40))], new Sampling { Temperature = 1 }, (int)(16 * Math.Pow(32, random.NextDouble()))) { Seed = (ulong)i }).ToArray();
        var written = requests.Sum(request => request.MaxTokens);

        var started = Stopwatch.GetTimestamp();
        Static(session, shape, requests);
        var fixedTime = Stopwatch.GetElapsedTime(started);

        var inCalls = new Clock();
        started = Stopwatch.GetTimestamp();
        using var scheduler = new Scheduler(
            (slots, positions) => new Timed(new GqaDecoder(session, shape, slots, positions), inCalls), positions => positions * positionBytes, 1024, new NoText(), [], [], new SchedulerOptions { Batch = Batch, CacheMb = 4096 });
        Task.WaitAll([.. requests.Select(request => scheduler.Submit(request, default))]);
        var time = Stopwatch.GetElapsedTime(started);

        Console.WriteLine($"bulk, {count} requests, {written} tokens written, batch {Batch}");
        Console.WriteLine($"  static batches   {fixedTime.TotalSeconds:0.0} s  {written / fixedTime.TotalSeconds:0} tokens/s");
        Console.WriteLine($"  scheduler        {time.TotalSeconds:0.0} s  {written / time.TotalSeconds:0} tokens/s  {fixedTime / time:0.0}x");
        Console.WriteLine($"  outside the model's calls {1 - inCalls.Time / time:P1}; slots at work {scheduler.Figures.Occupancy:P0}; prompt tokens computed {scheduler.Figures.Computed}, shared {scheduler.Figures.Shared}");
    }

    /// <summary>The obvious way: so many requests at a time, each computed whole, all kept until the longest is done.</summary>
    private static void Static(InferenceSession session, DecoderShape shape, TokenRequest[] requests)
    {
        var sampler = new Sampler();
        using var decoder = new GqaDecoder(session, shape, Batch, 1024);
        foreach (var batch in requests.Chunk(Batch))
        {
            var logits = decoder.Prefill(0, [.. batch.Select(request => request.Prompt)]);
            var lengths = batch.Select(request => request.Prompt.Length).ToArray();
            var tokens = new int[batch.Length];
            for (var step = 0; step < batch.Max(request => request.MaxTokens); step++)
            {
                for (var row = 0; row < batch.Length; row++)
                {
                    tokens[row] = sampler.Choose(logits.Slice(row * Vocabulary, Vocabulary), batch[row].Sampling, [], [], [], Sampler.Uniform(batch[row].Seed, step));
                }

                logits = decoder.Decode(tokens, lengths);
                for (var row = 0; row < batch.Length; row++)
                {
                    lengths[row]++;
                }
            }
        }
    }

    private static int[] Prompt(int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(Vocabulary))];
    }

    private sealed class Clock
    {
        public TimeSpan Time { get; set; }
    }

    /// <summary>A decoder with a watch on its calls.</summary>
    private sealed class Timed(IDecoder decoder, Clock clock) : IDecoder
    {
        public int Slots => decoder.Slots;

        public int Positions => decoder.Positions;

        public int Vocabulary => decoder.Vocabulary;

        public Span<float> Prefill(int first, IReadOnlyList<ReadOnlyMemory<int>> prompts)
        {
            var started = Stopwatch.GetTimestamp();
            var logits = decoder.Prefill(first, prompts);
            clock.Time += Stopwatch.GetElapsedTime(started);
            return logits;
        }

        public Span<float> Continue(int slot, int source, int from, ReadOnlySpan<int> rest)
        {
            var started = Stopwatch.GetTimestamp();
            var logits = decoder.Continue(slot, source, from, rest);
            clock.Time += Stopwatch.GetElapsedTime(started);
            return logits;
        }

        public Span<float> Decode(ReadOnlySpan<int> tokens, ReadOnlySpan<int> lengths)
        {
            var started = Stopwatch.GetTimestamp();
            var logits = decoder.Decode(tokens, lengths);
            clock.Time += Stopwatch.GetElapsedTime(started);
            return logits;
        }

        public void Copy(int from, int to, int length) => decoder.Copy(from, to, length);

        public void Dispose() => decoder.Dispose();
    }

    /// <summary>Ids without a meaning.</summary>
    private sealed class NoText : Tokenizer
    {
        public override int Size => Vocabulary;

        public override int? BosId => null;

        public override int? EosId => null;

        public override void Encode(ReadOnlySpan<char> text, TokenBuffer ids) => throw new NotSupportedException();

        public override ReadOnlySpan<byte> BytesOf(int id) => "x"u8;

        public override int? IdOf(string token) => null;
    }
}
