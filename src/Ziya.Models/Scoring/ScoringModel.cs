using Ziya.Models.Checkpoints;
using Ziya.Models.Export;
using Ziya.Models.Tokenization;

namespace Ziya.Models.Scoring;

/// <summary>An exported model, open, that gives numbers for texts. Shared by all of the process.</summary>
internal sealed class ScoringModel : IDisposable
{
    private const int UsualWindow = 1024;

    // The graph that scores text holds logits and their logarithms for each position of a call.
    private const long MostLogitBytes = 512L << 20;
    private const int LogitBytes = 2 * sizeof(float);

    private readonly RowBatcher _batcher;

    private ScoringModel(ModelManifest manifest, ModelTokenizer tokenizer, ScoringOptions options, IRowGraph graph)
    {
        (Manifest, Tokenizer) = (manifest, tokenizer);
        Window = Math.Min(options.Window ?? UsualWindow, manifest.Config.Context);
        ConversationWindow = Math.Min(options.Window ?? int.MaxValue, manifest.Config.Context);
        Before = options.StartIds ?? tokenizer.Before;
        After = options.EndIds ?? tokenizer.After;
        var most = manifest.Config.Task == ModelTask.Generate ? Math.Min(options.BatchTokens, (int)Math.Min(MostLogitBytes / LogitBytes / manifest.Config.Vocabulary, int.MaxValue)) : options.BatchTokens;
        Width = Math.Clamp(most / 16, 64, 1024);
        _batcher = new RowBatcher(graph, most);
    }

    /// <summary>What the model is.</summary>
    public ModelManifest Manifest { get; }

    /// <summary>Its tokenizer.</summary>
    public ModelTokenizer Tokenizer { get; }

    /// <summary>Most tokens of a text at once.</summary>
    public int Window { get; }

    /// <summary>Most tokens of a conversation at once.</summary>
    public int ConversationWindow { get; }

    /// <summary>Ids in front of a text.</summary>
    public IReadOnlyList<int> Before { get; }

    /// <summary>Ids behind a text.</summary>
    public IReadOnlyList<int> After { get; }

    /// <summary>Texts in flight that keep it busy and let it put equal lengths together.</summary>
    public int Width { get; }

    /// <summary>Tokens computed so far, and with the padding.</summary>
    public (long Tokens, long Computed) Counts => _batcher.Counts;

    /// <summary>Opens the folder that <c>ziya models export</c> made.</summary>
    /// <exception cref="InvalidDataException">It is none, of another task, damaged, or its tokenizer does not fit.</exception>
    public static ScoringModel Open(string folder, ModelTask task, ScoringOptions options)
    {
        var manifest = ModelManifest.Load(folder);
        if (manifest.Config.Task != task)
        {
            throw new InvalidDataException($"{folder} is a model to {manifest.Config.Task.ToString().ToLowerInvariant()} with, not to {task.ToString().ToLowerInvariant()}.");
        }

        var tokenizer = ModelTokenizer.Load(folder);
        if (tokenizer.Size > manifest.Config.Vocabulary)
        {
            throw new InvalidDataException($"{folder}: the tokenizer has {tokenizer.Size} tokens, the model rows for {manifest.Config.Vocabulary}. They do not belong together.");
        }

        if (Fault(options, manifest.Config) is { } fault)
        {
            throw new InvalidDataException($"{folder}: {fault}");
        }

        return new ScoringModel(manifest, tokenizer, options, OnnxRowGraph.Open(folder, manifest, options.Device));
    }

    /// <summary>What is wrong with the options for a model, or null.</summary>
    public static string? Fault(ScoringOptions options, ModelConfig config)
    {
        var window = Math.Min(options.Window ?? UsualWindow, config.Context);
        var outside = (options.StartIds ?? []).Concat(options.EndIds ?? []).Where(id => id < 0 || id >= config.Vocabulary).Select(id => (int?)id).FirstOrDefault();
        return outside is not null ? $"'start_ids' and 'end_ids' have {outside}; the model has {config.Vocabulary} rows."
            : options.Window > config.Context ? $"'window' is {options.Window}, the model's context {config.Context}."
            : (options.StartIds?.Count ?? 0) + (options.EndIds?.Count ?? 0) + (options.Overlap ?? 0) + 4 > window ? $"'overlap' with the ids around leaves no room in a window of {window}."
            : null;
    }

    /// <summary>The ids of a text with what goes around it, and how many of its end were cut to fit.</summary>
    /// <exception cref="InvalidDataException">There is nothing to compute.</exception>
    public (int[] Ids, int Cut) Around(ReadOnlySpan<int> text)
    {
        var kept = Math.Min(text.Length, Math.Max(0, Window - Before.Count - After.Count));
        int[] ids = [.. Before, .. text[..kept], .. After];
        return ids.Length > 0 ? (ids, text.Length - kept) : throw new InvalidDataException("the text has no tokens.");
    }

    /// <summary>What the graph gives for some ids.</summary>
    /// <exception cref="InvalidDataException">It is not a number, or cannot be computed.</exception>
    public async Task<float[]> Compute(int[] ids, int from, CancellationToken cancel, IReadOnlyList<int>? choices = null)
    {
        cancel.ThrowIfCancellationRequested();
        var numbers = await _batcher.Submit(ids, from, cancel, choices).ConfigureAwait(false);
        return Array.TrueForAll(numbers, float.IsFinite) ? numbers
            : throw new InvalidDataException("the model gives what is no number (NaN or infinity). Its weights may be damaged, or too large for its precision.");
    }

    /// <inheritdoc/>
    public void Dispose() => _batcher.Dispose();
}
