using Ziya.Models.Checkpoints;
using Ziya.Models.Devices;
using Ziya.Models.Export;
using Ziya.Models.Tokenization;

namespace Ziya.Models.Generation;

/// <summary>An exported generating model, open, with a scheduler that all of the process shares.</summary>
public sealed class LocalModel : IDisposable
{
    private readonly ModelSession _session;

    private LocalModel(ModelManifest manifest, ModelTokenizer tokenizer, ModelSession session, SchedulerOptions options)
    {
        Manifest = manifest;
        Tokenizer = tokenizer;
        _session = session;
        var shape = DecoderShape.Of(manifest);
        var ends = manifest.Config.EosIds.Concat(tokenizer.EosId is { } end ? [end] : []).Distinct();

        // Rows of the embedding beyond the tokens were never trained, and begin and fill do not belong into a text.
        var banned = Enumerable.Range(tokenizer.Size, Math.Max(0, manifest.Config.Vocabulary - tokenizer.Size))
            .Concat(new[] { tokenizer.BosId, tokenizer.PadId, tokenizer.UnknownId }.OfType<int>()).Except(ends);
        Scheduler = new Scheduler(
            (slots, positions) => new GqaDecoder(session.Session, shape, slots, positions, session.NewCaches(shape, slots, positions)), positions => positions * manifest.KvBytesPerPosition, manifest.Config.Context, tokenizer, ends, banned, options);
    }

    /// <summary>What the model is.</summary>
    public ModelManifest Manifest { get; }

    /// <summary>Its tokenizer.</summary>
    public ModelTokenizer Tokenizer { get; }

    /// <summary>Takes requests.</summary>
    public Scheduler Scheduler { get; }

    /// <summary>Where it computes.</summary>
    public Device Device => _session.Device;

    /// <summary>Opens the folder that <c>ziya models export</c> made, or ONNX Runtime GenAI's model builder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="options">How the model is used.</param>
    /// <param name="device">Where it is to compute: <c>auto</c>, <c>cpu</c>, <c>cuda</c> or <c>cuda:1</c>.</param>
    /// <exception cref="InvalidDataException">It is none, of another task, damaged, its tokenizer does not fit, or the device is not possible.</exception>
    public static LocalModel Open(string folder, SchedulerOptions options, string device = "auto")
    {
        var manifest = ModelManifest.Load(folder);
        if (manifest.Config.Task != ModelTask.Generate)
        {
            throw new InvalidDataException($"{folder} is a model to {manifest.Config.Task.ToString().ToLowerInvariant()} with, not one that generates.");
        }

        var tokenizer = ModelTokenizer.Load(folder);
        if (tokenizer.Size > manifest.Config.Vocabulary)
        {
            throw new InvalidDataException($"{folder}: the tokenizer has {tokenizer.Size} tokens, the model rows for {manifest.Config.Vocabulary}. They do not belong together.");
        }

        return new LocalModel(manifest, tokenizer, ModelSession.Open(Path.Combine(folder, manifest.GraphFile), device, manifest.Compute), options);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Scheduler.Dispose();
        _session.Dispose();
    }
}
