using Ziya.Models.Checkpoints;
using Ziya.Models.Prompts;
using Ziya.Models.Tokenization;
using Ziya.Pipeline.Records;
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
    private const int LeastShare = 8;

    private readonly ScoringModel _model;
    private readonly int[] _before;
    private readonly PromptTemplate _template;
    private readonly int? _overlap;

    private TextScorer(string name, ScoringModel model, PromptTemplate template, int? overlap)
    {
        (Model, _model, _template, _overlap) = (name, model, template, overlap);
        var tokenizer = model.Tokenizer;
        _before = model.Before.Count > 0 ? [.. model.Before] : (tokenizer.BosId ?? tokenizer.EosId) is { } first ? [first] : [];
    }

    /// <inheritdoc/>
    public string Model { get; }

    /// <inheritdoc/>
    public int Width => _model.Width;

    /// <summary>Opens the folder that <c>ziya models export</c> made of a generating model.</summary>
    /// <exception cref="InvalidDataException">It is none, damaged, or its tokenizer does not fit.</exception>
    public static TextScorer Open(string name, string folder, PromptTemplate template, ScoringOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new TextScorer(name, ScoringModel.Open(folder, ModelTask.Generate, options), template, options.Overlap);
    }

    /// <inheritdoc/>
    public async Task<TextScore> Score(string text, string? context, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(text);
        var ids = new TokenBuffer();
        _model.Tokenizer.Encode(context + text, ids);
        var first = string.IsNullOrEmpty(context) ? 0 : ids.Ids.CommonPrefixLength(_model.Tokenizer.Encode(context));
        var from = Math.Max(first, _before.Length > 0 ? 0 : 1);
        return new TextScore(await Sum(Windows(_before, ids.Ids, from, _model.Window), cancel).ConfigureAwait(false), Math.Max(0, ids.Count - from));
    }

    /// <inheritdoc/>
    public async Task<TextScore> ScoreAnswer(IReadOnlyList<Message> conversation, string answer, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(conversation);
        ArgumentNullException.ThrowIfNull(answer);
        var ids = Ids(conversation, answer);
        var from = Math.Max(ids.AsSpan().CommonPrefixLength(Ids(conversation, "")), _before.Length > 0 ? 0 : 1);
        if (from >= ids.Length)
        {
            return new TextScore(0, 0);
        }

        // A conversation stands at the beginning of each window, as the beginning of a text does.
        Fits(from + Math.Min(ids.Length - from, _model.ConversationWindow / LeastShare));
        return new TextScore(await Sum(Windows(ids[..from], ids.AsSpan(from), 0, _model.ConversationWindow), cancel).ConfigureAwait(false), ids.Length - from);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<double>> Choose(IReadOnlyList<Message> conversation, IReadOnlyList<string> beginnings, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(conversation);
        ArgumentNullException.ThrowIfNull(beginnings);
        var all = beginnings.Select(beginning => Ids(conversation, beginning)).ToArray();
        if (all.Any(ids => ids.Length != all[0].Length || ids.AsSpan().CommonPrefixLength(all[0]) < ids.Length - 1))
        {
            return [.. (await Task.WhenAll(beginnings.Select(beginning => ScoreAnswer(conversation, beginning, cancel))).ConfigureAwait(false)).Select(score => score.LogProbability)];
        }

        // One token each: all of them are looked up in one computation.
        Fits(all[0].Length);
        var numbers = await _model.Compute(all[0], all[0].Length - 1, cancel, [.. all.Select(ids => ids[^1])]).ConfigureAwait(false);
        return [.. numbers.Select(number => (double)number)];
    }

    /// <inheritdoc/>
    public void Dispose() => _model.Dispose();

    /// <summary>The ids of a conversation as the template writes it, with an answer behind it.</summary>
    private int[] Ids(IReadOnlyList<Message> conversation, string answer)
    {
        var ids = new TokenBuffer();
        if (conversation.Count == 0)
        {
            _model.Tokenizer.Encode(answer, ids);
            return [.. _before, .. ids.Ids];
        }

        if (conversation[^1].Role != "user")
        {
            throw new InvalidDataException("the conversation does not end with a turn of the user.");
        }

        try
        {
            _model.Tokenizer.Encode([.. _template.Render(conversation), new PromptPart(answer, false)], ids, addBefore: false);
        }
        catch (ArgumentException exception)
        {
            throw new InvalidDataException(exception.Message, exception);
        }

        return _template.HasBos ? ids.Ids.ToArray() : [.. _model.Before, .. ids.Ids];
    }

    private void Fits(int tokens)
    {
        if (tokens > _model.ConversationWindow)
        {
            throw new InvalidDataException($"the conversation is too long: {tokens} tokens with the least of an answer, in a window of {_model.ConversationWindow}.");
        }
    }

    private async Task<double> Sum(List<(int[] Ids, int From)> windows, CancellationToken cancel)
    {
        var sum = 0.0;
        foreach (var window in await Task.WhenAll(windows.Select(window => _model.Compute(window.Ids, window.From, cancel))).ConfigureAwait(false))
        {
            foreach (var number in window)
            {
                sum += number;
            }
        }

        return sum;
    }

    /// <summary>The windows in which the tokens from a place on are scored behind what each window begins with, and where in each of them they begin.</summary>
    private List<(int[] Ids, int From)> Windows(int[] head, ReadOnlySpan<int> ids, int from, int window)
    {
        var windows = new List<(int[], int)>();
        var room = window - head.Length;
        var overlap = Math.Min(_overlap ?? window / OverlapShare, room - 1);
        for (var next = from; next < ids.Length;)
        {
            // All that stands before, where that leaves room.
            var start = next < room && windows.Count == 0 ? 0 : next - Math.Min(overlap, next);
            var end = Math.Min(ids.Length, start + room);
            windows.Add(([.. head, .. ids[start..end]], head.Length + next - start));
            next = end;
        }

        return windows;
    }
}
