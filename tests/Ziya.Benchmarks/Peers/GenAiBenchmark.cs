using System.Globalization;
using System.Numerics.Tensors;
using Ziya.Benchmarks.Generation;
using Ziya.Models.Generation;

namespace Ziya.Benchmarks.Peers;

/// <summary>
/// <c>genai decode|bulk|engine ...</c>: the same weights in ONNX Runtime GenAI, in the same process, turn about, and the same tokens asked of both, greedily.
/// </summary>
internal static class GenAiBenchmark
{
    public static int Run(string[] args)
    {
        var numbers = args.Where(arg => char.IsDigit(arg[0])).Select(arg => int.Parse(arg, CultureInfo.InvariantCulture)).ToArray();
        using var model = new RandomModel(args.Contains("small"));
        var batch = numbers.Length > 1 ? numbers[1] : 32;
        GenAiFolder.Write(model.Source, model.PeerFolder, batch);
        using var peer = new GenAiModel(model.PeerFolder);
        Console.WriteLine($"{model.Parameters / 1e6:0} M parameters");
        switch (args[0])
        {
            case "decode":
                Decode(model, peer, numbers.Length > 0 ? numbers[0] : 5, numbers.Length > 1 ? numbers[1] / 100.0 : 0.1);
                return 0;
            case "bulk":
                Bulk(model, peer, numbers[0], batch, numbers.Length > 2 ? numbers[2] : numbers[0]);
                return 0;
            default:
                Engine(model, peer, numbers[0], batch);
                return 0;
        }
    }

    /// <param name="model">Ours.</param>
    /// <param name="peer">Theirs.</param>
    /// <param name="rounds">Rounds to keep.</param>
    /// <param name="most">A round in which others had more than this share of the processors is not kept.</param>
    private static void Decode(RandomModel model, GenAiModel peer, int rounds, double most)
    {
        const int Count = 64;
        foreach (var batch in new[] { 1, 8, 32 })
        {
            var prompts = Enumerable.Range(0, batch).Select(row => RandomModel.Prompt(row, 32)).ToArray();
            var (ours, theirs, cpu) = (new List<double>(), new List<double>(), new List<double>());
            var equal = 0;
            for (var (round, tries) = (0, 0); round <= rounds && tries < 20 * rounds; tries++)
            {
                var disturbance = new Disturbance();
                var (found, time) = Greedy(model, prompts, Count);
                var started = Spent.Now;
                var expected = peer.Generate(prompts, [.. prompts.Select(_ => Count)], () => started = Spent.Now);
                var peerTime = Spent.Now - started;
                equal = found.Zip(expected).Sum(pair => pair.First.Zip(pair.Second).Count(ids => ids.First == ids.Second));

                // The first round warms up; those that others disturbed say nothing.
                if (disturbance.Share > most)
                {
                    continue;
                }

                if (round++ > 0)
                {
                    ours.Add(batch * (Count - 1) / time.Wall.TotalSeconds);
                    theirs.Add(batch * (Count - 1) / peerTime.Wall.TotalSeconds);
                    cpu.Add(peerTime.Cpu / time.Cpu);
                }
            }

            if (ours.Count == 0)
            {
                Console.WriteLine($"decode, batch {batch}: no round without disturbance");
                continue;
            }

            var ratios = ours.Zip(theirs, (our, their) => our / their).Order().ToList();
            Console.WriteLine(
                $"decode, batch {batch,2}: ours {ours.Order().ElementAt(ours.Count / 2):0} (best {ours.Max():0}), GenAI {theirs.Order().ElementAt(ours.Count / 2):0} (best {theirs.Max():0}) tokens/s; "
                + $"ratio {ratios[ours.Count / 2]:0.00} ({ratios[0]:0.00} to {ratios[^1]:0.00}), of the best {ours.Max() / theirs.Max():0.00}, of the processors' time {cpu.Order().ElementAt(cpu.Count / 2):0.00}; {equal} of {batch * Count} tokens equal, {ours.Count} rounds");
        }
    }

    private static (List<int>[] Written, Spent Time) Greedy(RandomModel model, int[][] prompts, int count)
    {
        using var decoder = new GqaDecoder(model.Session, model.Shape, prompts.Length, 256);
        var written = prompts.Select(_ => new List<int>()).ToArray();
        var tokens = new int[prompts.Length];
        var lengths = prompts.Select(prompt => prompt.Length).ToArray();
        var logits = decoder.Prefill(0, [.. prompts.Select(prompt => new ReadOnlyMemory<int>(prompt))]);
        var started = Spent.Now;
        for (var step = 0; ; step++)
        {
            for (var row = 0; row < tokens.Length; row++)
            {
                logits[(row * RandomModel.Vocabulary) + RandomModel.EndId] = float.NegativeInfinity;
                tokens[row] = TensorPrimitives.IndexOfMax<float>(logits.Slice(row * RandomModel.Vocabulary, RandomModel.Vocabulary));
                written[row].Add(tokens[row]);
            }

            if (step + 1 == count)
            {
                return (written, Spent.Now - started);
            }

            logits = decoder.Decode(tokens, lengths);
            for (var row = 0; row < tokens.Length; row++)
            {
                lengths[row]++;
            }
        }
    }

    /// <param name="model">Ours.</param>
    /// <param name="peer">Theirs.</param>
    /// <param name="count">Requests.</param>
    /// <param name="batch">Sequences at once, for both.</param>
    /// <param name="part">How many of the requests the peer gets, as its batches do not depend on each other; times are compared by token.</param>
    private static void Bulk(RandomModel model, GenAiModel peer, int count, int batch, int part)
    {
        var requests = BulkJob.Make(count, new Sampling { Temperature = 0, RepetitionPenalty = 1 });
        var (found, first) = Ours(model, requests, batch);
        var (expected, theirs) = Static(peer, requests[..part], batch);
        var (sortedExpected, sorted) = Static(peer, [.. requests[..part].OrderBy(request => request.MaxTokens)], batch);
        var written = requests.Sum(request => request.MaxTokens);
        var share = (double)requests[..part].Sum(request => request.MaxTokens) / written;
        Console.WriteLine($"bulk, {count} requests, {written} tokens written, batch {batch}");
        Console.WriteLine($"  scheduler                            {first}");
        Console.WriteLine($"  GenAI, static batches as they arrive {theirs}: {Ratios(theirs)}");
        Console.WriteLine($"  GenAI, sorted by length beforehand   {sorted}: {Ratios(sorted)}");
        Console.WriteLine($"  texts equal {found.Zip(expected).Count(pair => pair.First.SequenceEqual(pair.Second))} of {part}; sorted {sortedExpected.Count}");

        string Ratios(Spent peer) => $"ours {peer.Wall / first.Wall / share:0.00}x, of the processors' time {peer.Cpu / first.Cpu / share:0.00}x";
    }

    private static void Engine(RandomModel model, GenAiModel peer, int count, int batch)
    {
        var requests = BulkJob.Make(count, new Sampling { Temperature = 0, RepetitionPenalty = 1 });
        var (found, ours) = Ours(model, requests, batch);
        var started = Spent.Now;
        var expected = peer.GenerateByEngine([.. requests.Select(request => request.Prompt.ToArray())], [.. requests.Select(request => request.MaxTokens)]);
        var theirs = Spent.Now - started;
        Console.WriteLine($"engine, {count} requests, batch {batch}: scheduler {ours}, GenAI's engine {theirs}, ours {theirs.Wall / ours.Wall:0.00}x, of the processors' time {theirs.Cpu / ours.Cpu:0.00}x; "
            + $"texts equal {found.Zip(expected).Count(pair => pair.First.SequenceEqual(pair.Second))} of {count}");
    }

    private static (List<IReadOnlyList<int>> Written, Spent Time) Ours(RandomModel model, TokenRequest[] requests, int batch)
    {
        var clock = new CallClock();
        using var scheduler = model.Schedule(batch, clock);
        var started = Spent.Now;
        var tasks = requests.Select(request => scheduler.Submit(request, default)).ToArray();
        Task.WaitAll(tasks);
        var time = Spent.Now - started;
        Console.WriteLine($"  ours: {time}, outside the model's calls {1 - (clock.All / time.Wall):P1}, of the middle step {clock.Overhead:P1}, prompts {clock.Prefill / time.Wall:P1}; {scheduler.Figures}");
        return ([.. tasks.Select(task => task.Result.Ids)], time);
    }

    private static (List<List<int>> Written, Spent Time) Static(GenAiModel peer, TokenRequest[] requests, int batch)
    {
        var started = Spent.Now;
        var written = new List<List<int>>();
        foreach (var chunk in requests.Chunk(batch))
        {
            written.AddRange(peer.Generate([.. chunk.Select(request => request.Prompt.ToArray())], [.. chunk.Select(request => request.MaxTokens)]));
        }

        return (written, Spent.Now - started);
    }
}
