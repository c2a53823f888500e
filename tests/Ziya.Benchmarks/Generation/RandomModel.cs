using Microsoft.ML.OnnxRuntime;
using Ziya.Models.Devices;
using Ziya.Models.Export;
using Ziya.Models.Generation;
using Ziya.Models.Tiny;

namespace Ziya.Benchmarks.Generation;

/// <summary>A LLaMA of random weights in float32, exported and open; its folders go with it.</summary>
internal sealed class RandomModel : IDisposable
{
    /// <summary>Tokens.</summary>
    public const int Vocabulary = 16_000;

    /// <summary>The id that would end a text; banned, so that texts have the lengths asked for.</summary>
    public const int EndId = 2;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ziya-generate-");
    private readonly ModelManifest _manifest;
    private readonly ModelSession _session;

    /// <param name="isSmall">8 layers of 384, 25 M parameters, instead of 12 of 768, 103 M.</param>
    public RandomModel(bool isSmall)
    {
        var options = isSmall
            ? new TinyOptions { Family = TinyFamily.Llama, Layers = 8, Hidden = 384, Heads = 6, Vocabulary = Vocabulary, Context = 1024 }
            : new TinyOptions { Family = TinyFamily.Llama, Layers = 12, Hidden = 768, Heads = 12, Vocabulary = Vocabulary, Context = 1024 };
        TinyModel.Write(Source, options);
        _manifest = ModelExport.Run(Source, Folder, new ExportOptions());
        _session = ModelSession.Open(Path.Combine(Folder, ModelManifest.ModelFile), "cpu", _manifest.Compute);
        Shape = DecoderShape.Of(_manifest);
    }

    /// <summary>Its Hugging Face folder.</summary>
    public string Source => Path.Combine(_folder.FullName, "source");

    /// <summary>Its exported folder.</summary>
    public string Folder => Path.Combine(_folder.FullName, "onnx");

    /// <summary>A folder for what a peer makes of it.</summary>
    public string PeerFolder => Path.Combine(_folder.FullName, "peer");

    /// <summary>The model.</summary>
    public InferenceSession Session => _session.Session;

    /// <summary>What it looks like.</summary>
    public DecoderShape Shape { get; }

    /// <summary>Parameters.</summary>
    public long Parameters => new FileInfo(Path.Combine(Folder, ModelManifest.DataFile)).Length / sizeof(float);

    /// <summary>A scheduler for it that measures its decoders' calls.</summary>
    public Scheduler Schedule(int batch, CallClock clock) => new(
        (slots, positions) => new TimedDecoder(new GqaDecoder(Session, Shape, slots, positions), clock), positions => positions * _manifest.KvBytesPerPosition,
        _manifest.Config.Context, new NoText(Vocabulary), [], [EndId], new SchedulerOptions { Batch = batch, CacheMb = 8192 });

    /// <summary>Ids at random.</summary>
    public static int[] Prompt(int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(Vocabulary))];
    }

    public void Dispose()
    {
        _session.Dispose();
        _folder.Delete(true);
    }
}
