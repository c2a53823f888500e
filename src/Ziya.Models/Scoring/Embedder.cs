using Ziya.Models.Checkpoints;
using Ziya.Models.Tokenization;
using Ziya.Pipeline.Scoring;

namespace Ziya.Models.Scoring;

/// <summary>An embedding model on this machine.</summary>
public sealed class Embedder : IEmbedder, IDisposable
{
    private readonly ScoringModel _model;

    private Embedder(string name, ScoringModel model) => (Model, _model) = (name, model);

    /// <inheritdoc/>
    public string Model { get; }

    /// <inheritdoc/>
    public int Width => _model.Width;

    /// <summary>Opens the folder that <c>ziya models export</c> made of an embedding model.</summary>
    /// <exception cref="InvalidDataException">It is none, damaged, or its tokenizer does not fit.</exception>
    public static Embedder Open(string name, string folder, ScoringOptions options) => new(name, ScoringModel.Open(folder, ModelTask.Embed, options));

    /// <inheritdoc/>
    public async Task<Embedding> Embed(string text, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(text);
        var buffer = new TokenBuffer();
        _model.Tokenizer.Encode(text, buffer);
        var (ids, cut) = _model.Around(buffer.Ids);
        return new Embedding(await _model.Compute(ids, 0, cancel).ConfigureAwait(false), buffer.Count, cut);
    }

    /// <inheritdoc/>
    public void Dispose() => _model.Dispose();
}
