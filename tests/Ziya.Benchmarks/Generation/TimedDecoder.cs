using System.Diagnostics;
using Ziya.Models.Generation;

namespace Ziya.Benchmarks.Generation;

/// <summary>A decoder with a watch on its calls.</summary>
internal sealed class TimedDecoder(IDecoder decoder, CallClock clock) : IDecoder
{
    private TimeSpan _call;
    private long _ended;

    public int Slots => decoder.Slots;

    public int Positions => decoder.Positions;

    public int Vocabulary => decoder.Vocabulary;

    public Span<float> Prefill(int first, IReadOnlyList<ReadOnlyMemory<int>> prompts)
    {
        var started = Stopwatch.GetTimestamp();
        var logits = decoder.Prefill(first, prompts);
        clock.Prefill += Stopwatch.GetElapsedTime(started);
        _ended = 0;
        return logits;
    }

    public Span<float> Continue(int slot, int source, int from, ReadOnlySpan<int> rest)
    {
        var started = Stopwatch.GetTimestamp();
        var logits = decoder.Continue(slot, source, from, rest);
        clock.Prefill += Stopwatch.GetElapsedTime(started);
        _ended = 0;
        return logits;
    }

    public Span<float> Decode(ReadOnlySpan<int> tokens, ReadOnlySpan<int> lengths)
    {
        var started = Stopwatch.GetTimestamp();
        if (_ended > 0 && tokens.Length == Slots - 1)
        {
            clock.Steps.Add((_call, Stopwatch.GetElapsedTime(_ended, started)));
        }

        var logits = decoder.Decode(tokens, lengths);
        _ended = Stopwatch.GetTimestamp();
        _call = Stopwatch.GetElapsedTime(started, _ended);
        clock.Decode += _call;
        return logits;
    }

    public void Copy(int from, int to, int length) => decoder.Copy(from, to, length);

    public void Dispose() => decoder.Dispose();
}
