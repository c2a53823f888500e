using Ziya.Models.Checkpoints;
using Ziya.Models.Tokenization;
using Ziya.Pipeline.Scoring;

namespace Ziya.Models.Scoring;

/// <summary>
/// A generating model on this machine, asked how probable texts are. A long text goes in windows: each begins with the ids in front of a text, shows the
/// model the last tokens of the window before, and gives the probability of those that follow. So each token is scored once, behind at least
/// <see cref="ScoringOptions.Overlap"/> tokens or all there are.
/// </summary>
/// <remarks>
/// The first token is scored behind the token that begins a text (of models without one, behind the one that ends it). Where a context is given, the tokens of
/// context and text together are scored from the first one on that the context alone does not have: the border may go through a token.
/// </remarks>
public sealed class TextScorer : ITextScorer, IDisposable
{
    private const int OverlapShare = 4;

    private readonly ScoringModel _model;
    private readonly int[] _before;
    private readonly int _room;
    private readonly int _overlap;

    private TextScorer(string name, ScoringModel model, int? overlap)
    {
        (Model, _model) = (name, model);
        var tokenizer = model.Tokenizer;
        _before = model.Before.Count > 0 ? [.. model.Before] : (tokenizer.BosId ?? tokenizer.EosId) is { } first ? [first] : [];
        _room = model.Window - _before.Length;
        _overlap = Math.Min(overlap ?? model.Window / OverlapShare, _room - 1);
    }

    /// <inheritdoc/>
    public string Model { get; }

    /// <inheritdoc/>
    public int Width => _model.Width;

    /// <summary>Opens the folder that <c>ziya models export</c> made of a generating model.</summary>
    /// <exception cref="InvalidDataException">It is none, damaged, or its tokenizer does not fit.</exception>
    public static TextScorer Open(string name, string folder, ScoringOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new TextScorer(name, ScoringModel.Open(folder, ModelTask.Generate, options), options.Overlap);
    }

    /// <inheritdoc/>
    public async Task<TextScore> Score(string text, string? context, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(text);
        var ids = new TokenBuffer();
        _model.Tokenizer.Encode(context + text, ids);
        var first = string.IsNullOrEmpty(context) ? 0 : ids.Ids.CommonPrefixLength(_model.Tokenizer.Encode(context));
        var from = Math.Max(first, _before.Length > 0 ? 0 : 1);
        var windows = Windows(ids.Ids, from).Select(window => _model.Compute(window.Ids, window.From, cancel)).ToArray();
        var sum = 0.0;
        foreach (var window in await Task.WhenAll(windows).ConfigureAwait(false))
        {
            foreach (var number in window)
            {
                sum += number;
            }
        }

        return new TextScore(sum, Math.Max(0, ids.Count - from));
    }

    /// <inheritdoc/>
    public void Dispose() => _model.Dispose();

    /// <summary>The windows in which the tokens from a place on are scored, and where in each of them they begin.</summary>
    private List<(int[] Ids, int From)> Windows(ReadOnlySpan<int> ids, int from)
    {
        var windows = new List<(int[], int)>();
        for (var next = from; next < ids.Length;)
        {
            // All that stands before, where that leaves room.
            var start = next < _room && windows.Count == 0 ? 0 : next - Math.Min(_overlap, next);
            var end = Math.Min(ids.Length, start + _room);
            windows.Add(([.. _before, .. ids[start..end]], _before.Length + next - start));
            next = end;
        }

        return windows;
    }
}
