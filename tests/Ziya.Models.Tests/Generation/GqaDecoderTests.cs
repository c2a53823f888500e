using Microsoft.ML.OnnxRuntime;
using Ziya.Models.Devices;
using Ziya.Models.Export;
using Ziya.Models.Generation;
using Ziya.Models.Tests.Export;
using Ziya.Models.Tiny;

namespace Ziya.Models.Tests.Generation;

public sealed class GqaDecoderTests
{
    private const int Vocabulary = 1300;

    [Theory]
    [InlineData(TinyFamily.Llama)]
    [InlineData(TinyFamily.GptBigCode)]
    public void Decode_RowsOfAllLengths_IsTheReferenceAndTheSameAsAlone(TinyFamily family)
    {
        using var model = new OpenModel(family);
        int[][] prompts = [ExportedModel.Tokens(1, 5), ExportedModel.Tokens(2, 37), ExportedModel.Tokens(3, 1), ExportedModel.Tokens(4, 64)];
        using var together = model.Decoder(6, 128);
        using var alone = model.Decoder(1, 128);
        var histories = prompts.Select(prompt => prompt.ToList()).ToArray();
        var rows = together.Prefill(0, [.. prompts.Select(prompt => new ReadOnlyMemory<int>(prompt))]).ToArray().Chunk(Vocabulary).ToArray();
        for (var step = 0; step < 12; step++)
        {
            for (var row = 0; row < prompts.Length; row++)
            {
                Near(model.Exported.Reference.Logits([.. histories[row]])[^1], rows[row]);
                Assert.Equal(Replay(alone, prompts[row], histories[row].Skip(prompts[row].Length)), rows[row]);
                histories[row].Add(Array.IndexOf(rows[row], rows[row].Max()));
            }

            rows = [.. together.Decode([.. histories.Select(history => history[^1])], [.. histories.Select(history => history.Count - 1)]).ToArray().Chunk(Vocabulary)];
        }
    }

    [Theory]
    [InlineData(TinyFamily.Llama)]
    [InlineData(TinyFamily.GptBigCode)]
    public void Continue_FromAnotherSlot_IsAsComputedWhole(TinyFamily family)
    {
        using var model = new OpenModel(family);
        using var decoder = model.Decoder(4, 128);
        var prefix = ExportedModel.Tokens(1, 40);
        int[][] prompts = [[.. prefix, .. ExportedModel.Tokens(2, 7)], .. Enumerable.Range(2, 12).Select(rest => (int[])[.. prefix[..(rest * 3)], .. ExportedModel.Tokens(rest, rest)])];
        var whole = prompts.Select(prompt => decoder.Prefill(0, [prompt]).ToArray()).ToArray();
        decoder.Prefill(3, [prefix]);

        Assert.Equal(whole[0], decoder.Continue(1, 3, 40, prompts[0].AsSpan(40)).ToArray());
        for (var rest = 2; rest < 14; rest++)
        {
            Assert.Equal(whole[rest - 1], decoder.Continue(2, 3, rest * 3, prompts[rest - 1].AsSpan(rest * 3)).ToArray());
        }

        // One token alone takes another way through the processor: near, but not the same bits. So the scheduler leaves two.
        int[] one = [.. prefix, 5];
        Near(model.Exported.Reference.Logits(one)[^1], decoder.Continue(0, 3, 40, [5]).ToArray());

        // The source is as it was, and what was forked goes on.
        Assert.Equal(whole[0], decoder.Continue(1, 3, 40, prompts[0].AsSpan(40)).ToArray());
        var next = decoder.Decode([9, 9], [41, 47]).ToArray();
        Near(model.Exported.Reference.Logits([.. one, 9])[^1], next[..Vocabulary]);
        Near(model.Exported.Reference.Logits([.. prompts[0], 9])[^1], next[Vocabulary..]);
    }

    [Fact]
    public void Copy_SlotToAnother_GoesOnTheSame()
    {
        using var model = new OpenModel(TinyFamily.Llama);
        using var decoder = model.Decoder(3, 64);
        var prompt = ExportedModel.Tokens(1, 20);
        decoder.Prefill(0, [ExportedModel.Tokens(2, 30), prompt]);
        var expected = decoder.Decode([1, 2], [30, 20]).ToArray()[Vocabulary..];
        decoder.Prefill(0, [ExportedModel.Tokens(2, 30), prompt]);

        decoder.Copy(1, 0, 20);

        Assert.Equal(expected, decoder.Decode([2], [20]).ToArray());
    }

    [Theory]
    [InlineData(Precision.Float32)]
    [InlineData(Precision.Float16)]
    public void Decode_KeysAndValuesOfTheRuntimesAllocator_IsTheSame(Precision type)
    {
        // As on a device, but on the processor: memory of the allocator, copies by a graph, inputs bound anew.
        using var model = new OpenModel(TinyFamily.Llama, type);
        using var host = model.Decoder(4, 64);
        using var device = model.DeviceDecoder(4, 64);
        int[][] prompts = [ExportedModel.Tokens(1, 20), ExportedModel.Tokens(2, 30)];
        var expected = Play(host);

        Assert.Equal(expected, Play(device));

        List<float[]> Play(GqaDecoder decoder)
        {
            var all = new List<float[]> { decoder.Prefill(0, [prompts[0], prompts[1]]).ToArray() };
            all.Add(decoder.Decode([1, 2], [20, 30]).ToArray());
            all.Add(decoder.Decode([3, 4], [21, 31]).ToArray());
            all.Add(decoder.Continue(2, 1, 25, [7, 8, 9]).ToArray());
            all.Add(decoder.Decode([5, 6, 7], [22, 32, 28]).ToArray());
            decoder.Copy(1, 3, 33);
            decoder.Copy(1, 0, 33);
            all.Add(decoder.Decode([8, 8, 1, 8], [33, 33, 29, 33]).ToArray());
            Assert.Equal(all[^1][..Vocabulary], all[^1][(3 * Vocabulary)..]);
            return all;
        }
    }

    [Fact]
    public void Decode_OnCuda_IsNearTheProcessors()
    {
        Assert.SkipUnless(CudaInstallation.Here.Faults(0).Count == 0, "needs a CUDA device: " + string.Join("; ", CudaInstallation.Here.Faults(0)));
        using var model = new OpenModel(TinyFamily.Llama, Precision.Float16);
        using var cuda = ModelSession.Open(model.Exported.Target + "/" + ModelManifest.ModelFile, "cuda", Precision.Float16);
        using var host = model.Decoder(4, 128);
        using var device = new GqaDecoder(cuda.Session, model.Shape, 4, 128, cuda.NewCaches(model.Shape, 4, 128));
        int[][] prompts = [ExportedModel.Tokens(1, 20), ExportedModel.Tokens(2, 30)];
        Close(host.Prefill(0, [prompts[0], prompts[1]]), device.Prefill(0, [prompts[0], prompts[1]]));
        Close(host.Decode([1, 2], [20, 30]), device.Decode([1, 2], [20, 30]));
        Close(host.Continue(2, 1, 25, [7, 8, 9]), device.Continue(2, 1, 25, [7, 8, 9]));
        Close(host.Decode([5, 6, 7], [21, 31, 28]), device.Decode([5, 6, 7], [21, 31, 28]));
        host.Copy(1, 0, 32);
        device.Copy(1, 0, 32);
        Close(host.Decode([8], [32]), device.Decode([8], [32]));

        static void Close(ReadOnlySpan<float> expected, ReadOnlySpan<float> found) =>
            Assert.All(expected.ToArray().Zip(found.ToArray()), pair => Assert.InRange(pair.Second, pair.First - 0.05f, pair.First + 0.05f));
    }

    [Fact]
    public async Task Scheduler_OnAModel_WritesTheSameAloneAndTogether()
    {
        using var model = new OpenModel(TinyFamily.Llama);
        var tokenizer = Tokenization.TrainedModel.Open();
        var random = new Random(5);
        var prefix = ExportedModel.Tokens(9, 60);
        var requests = Enumerable.Range(0, 40).Select(i =>
        {
            int[] prompt = i % 2 == 0 ? ExportedModel.Tokens(i, random.Next(1, 50)) : [.. prefix, .. ExportedModel.Tokens(i, random.Next(1, 9))];
            return new TokenRequest(prompt, new Sampling { Temperature = i % 3 == 0 ? 0 : 1 }, random.Next(1, 60)) { Seed = (ulong)i };
        }).ToArray();

        var alone = await Run(1);
        var together = await Run(16);

        Assert.Equal(alone.Select(completion => completion.Ids), together.Select(completion => completion.Ids));
        Assert.All(together, completion => Assert.Null(completion.Fault));

        async Task<TokenCompletion[]> Run(int batch)
        {
            using var scheduler = new Scheduler(
                model.Decoder, positions => positions * model.Exported.Manifest.KvBytesPerPosition, 512, tokenizer, [2], Enumerable.Range(tokenizer.Size, Math.Max(0, Vocabulary - tokenizer.Size)), new SchedulerOptions { Batch = batch });
            return await Task.WhenAll(requests.Select(request => scheduler.Submit(request, default)));
        }
    }

    private static float[] Replay(GqaDecoder decoder, int[] prompt, IEnumerable<int> written)
    {
        var logits = decoder.Prefill(0, [prompt]).ToArray();
        var length = prompt.Length;
        foreach (var token in written)
        {
            logits = decoder.Decode([token], [length++]).ToArray();
        }

        return logits;
    }

    private static void Near(double[] expected, float[] found) =>
        Assert.All(expected.Zip(found), pair => Assert.InRange(pair.Second, pair.First - 1e-4, pair.First + 1e-4));

    private sealed class OpenModel : IDisposable
    {
        private readonly SessionOptions _options = new();
        private readonly InferenceSession _session;

        public OpenModel(TinyFamily family, Precision type = Precision.Float32)
        {
            Exported = new ExportedModel(new TinyOptions { Family = family, Vocabulary = Vocabulary, HasTokenizer = false }, new ExportOptions { Weights = type });
            _session = new InferenceSession(Path.Combine(Exported.Target, ModelManifest.ModelFile), _options);
            Shape = DecoderShape.Of(Exported.Manifest);
        }

        public ExportedModel Exported { get; }

        public DecoderShape Shape { get; }

        public GqaDecoder Decoder(int slots, int positions) => new(_session, Shape, slots, positions);

        public GqaDecoder DeviceDecoder(int slots, int positions) => new(
            _session, Shape, slots, positions, new DeviceCaches(_session, OrtMemoryInfo.DefaultInstance, graph => new InferenceSession(graph), Shape, slots, positions));

        public void Dispose()
        {
            _session.Dispose();
            _options.Dispose();
            Exported.Dispose();
        }
    }
}
