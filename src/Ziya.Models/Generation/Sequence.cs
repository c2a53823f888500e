using System.Buffers;
using System.Numerics.Tensors;
using Ziya.Models.Tokenization;

namespace Ziya.Models.Generation;

/// <summary>A request at work: what was written so far, and who waits for it.</summary>
internal sealed class Sequence(TokenRequest request, Tokenizer tokenizer, IReadOnlyList<int> endIds, CancellationToken cancel)
{
    private readonly List<int> _ids = [];
    private readonly List<float> _logProbabilities = [];
    private readonly IdSet _seen = new(request.Prompt.Span);
    private readonly IdSet _written = new([]);
    private readonly StreamDecoder _decoder = new(tokenizer);
    private readonly ArrayBufferWriter<char> _text = new();
    private readonly TaskCompletionSource<TokenCompletion> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The request.</summary>
    public TokenRequest Request => request;

    /// <summary>Completes with it.</summary>
    public Task<TokenCompletion> Result => _result.Task;

    /// <summary>Whether nobody waits any more.</summary>
    public bool IsCancelled => cancel.IsCancellationRequested;

    /// <summary>Tokens written.</summary>
    public int Written => _ids.Count;

    /// <summary>The token to compute next.</summary>
    public int Last => _ids[^1];

    /// <summary>Positions computed so far.</summary>
    public int Length => request.Prompt.Length + _ids.Count - 1;

    /// <summary>Positions it may come to need.</summary>
    public int Needs => request.Prompt.Length + request.MaxTokens;

    /// <summary>Chooses the next token; whether the text has ended with it.</summary>
    public bool Take(Span<float> logits, Sampler sampler, ReadOnlySpan<int> banned, int positions)
    {
        var raw = request.LogProbabilities ? Copy(logits) : null;
        foreach (var id in request.Banned)
        {
            logits[id] = float.NegativeInfinity;
        }

        var chosen = sampler.Choose(logits, request.Sampling, _seen.Ids, _written.Ids, banned, Sampler.Uniform(request.Seed, _ids.Count));
        var logProbability = raw is null ? 0 : LogProbability(raw, chosen, logits.Length);
        if (endIds.Contains(chosen) || request.StopIds.Contains(chosen))
        {
            End(Ending.Stop);
            return true;
        }

        if (raw is not null)
        {
            _logProbabilities.Add(logProbability);
        }

        _ids.Add(chosen);
        _seen.Add(chosen);
        _written.Add(chosen);
        var before = _text.WrittenCount;
        _decoder.Add(chosen, _text);
        if (FindStop(before) is { } stop)
        {
            End(Ending.Stop, stop);
            return true;
        }

        if (_ids.Count >= request.MaxTokens || Length + 1 >= positions)
        {
            End(Ending.Length);
            return true;
        }

        return false;
    }

    /// <summary>Forgets what was written, to write the same again.</summary>
    public void Restart()
    {
        _ids.Clear();
        _logProbabilities.Clear();
        _written.Reset([]);
        _seen.Reset(request.Prompt.Span);
        _decoder.End(_text);
        _text.Clear();
    }

    /// <summary>Ends it.</summary>
    public void End(Ending ending, string? fault = null) => End(ending, -1, fault);

    private void End(Ending ending, int cut, string? fault = null)
    {
        if (cut < 0)
        {
            _decoder.End(_text);
        }

        var text = new string(cut < 0 ? _text.WrittenSpan : _text.WrittenSpan[..cut]);
        _result.TrySetResult(new TokenCompletion(_ids, text, ending, fault) { LogProbabilities = _logProbabilities });
    }

    /// <summary>Where the first stop text begins that the last token completed.</summary>
    private int? FindStop(int before)
    {
        int? first = null;
        foreach (var stop in request.StopTexts)
        {
            var from = Math.Max(0, before - stop.Length + 1);
            var at = _text.WrittenSpan[from..].IndexOf(stop, StringComparison.Ordinal);
            first = at >= 0 && (first is null || from + at < first) ? from + at : first;
        }

        return first;
    }

    private static float[] Copy(ReadOnlySpan<float> logits)
    {
        var copy = ArrayPool<float>.Shared.Rent(logits.Length);
        logits.CopyTo(copy);
        return copy;
    }

    /// <summary>Of a copy of the logits, which is lost by it.</summary>
    private static float LogProbability(float[] copy, int chosen, int count)
    {
        var values = copy.AsSpan(0, count);
        TensorPrimitives.Subtract(values, TensorPrimitives.Max<float>(values), values);
        var logit = values[chosen];
        TensorPrimitives.Exp(values, values);
        var sum = WeightCut.AtLeast(values, 0).Mass;
        ArrayPool<float>.Shared.Return(copy);
        return logit - (float)Math.Log(sum);
    }
}
