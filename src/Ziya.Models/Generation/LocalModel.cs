using Microsoft.ML.OnnxRuntime;
using Ziya.Models.Checkpoints;
using Ziya.Models.Export;
using Ziya.Models.Tokenization;

namespace Ziya.Models.Generation;

/// <summary>An exported generating model, open, with a scheduler that all of the process shares.</summary>
public sealed class LocalModel : IDisposable
{
    private readonly SessionOptions _sessionOptions;
    private readonly InferenceSession _session;

    private LocalModel(ModelManifest manifest, ModelTokenizer tokenizer, SessionOptions sessionOptions, InferenceSession session, SchedulerOptions options)
    {
        Manifest = manifest;
        Tokenizer = tokenizer;
        _sessionOptions = sessionOptions;
        _session = session;
        var shape = DecoderShape.Of(manifest);
        var ends = manifest.Config.EosIds.Concat(tokenizer.EosId is { } end ? [end] : []).Distinct();

        // Rows of the embedding beyond the tokens were never trained, and begin and fill do not belong into a text.
        var banned = Enumerable.Range(tokenizer.Size, Math.Max(0, manifest.Config.Vocabulary - tokenizer.Size))
            .Concat(new[] { tokenizer.BosId, tokenizer.PadId, tokenizer.UnknownId }.OfType<int>()).Except(ends);
        Scheduler = new Scheduler(
            (slots, positions) => new GqaDecoder(session, shape, slots, positions), positions => positions * manifest.KvBytesPerPosition, manifest.Config.Context, tokenizer, ends, banned, options);
    }

    /// <summary>What the model is.</summary>
    public ModelManifest Manifest { get; }

    /// <summary>Its tokenizer.</summary>
    public ModelTokenizer Tokenizer { get; }

    /// <summary>Takes requests.</summary>
    public Scheduler Scheduler { get; }

    /// <summary>Opens the folder that <c>ziya models export</c> made.</summary>
    /// <exception cref="InvalidDataException">It is none, of another task, damaged, or its tokenizer does not fit.</exception>
    public static LocalModel Open(string folder, SchedulerOptions options)
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

        var sessionOptions = new SessionOptions { GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL };
        try
        {
            return new LocalModel(manifest, tokenizer, sessionOptions, new InferenceSession(Path.Combine(folder, ModelManifest.ModelFile), sessionOptions), options);
        }
        catch (OnnxRuntimeException exception)
        {
            sessionOptions.Dispose();
            throw new InvalidDataException($"{folder}: ONNX Runtime cannot open the model: {exception.Message}. Export it again.", exception);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Scheduler.Dispose();
        _session.Dispose();
        _sessionOptions.Dispose();
    }
}
