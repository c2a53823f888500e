using System.Runtime.CompilerServices;

namespace Ziya.Models.Generation;

/// <summary>Many requests at once.</summary>
public static class Bulk
{
    // A slow answer holds back those after it, which are done meanwhile: with four widths in hand the model does not run dry for it.
    private const int Ahead = 4;

    /// <summary>
    /// Answers requests as they come and gives completions in the order of the requests. Takes no more requests than the model needs
    /// to stay busy, so that millions can be handed in. The first exception ends it; what is in flight then is cancelled.
    /// </summary>
    public static async IAsyncEnumerable<Completion> Generate(
        this IGenerator generator, IAsyncEnumerable<GenerationRequest> requests, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(generator);
        ArgumentNullException.ThrowIfNull(requests);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var width = new SemaphoreSlim(generator.Width);
        var waiting = new Queue<Task<Completion>>();
        try
        {
            await foreach (var request in requests.WithCancellation(stop.Token).ConfigureAwait(false))
            {
                waiting.Enqueue(Answer(generator, request, width, stop.Token));
                while (waiting.Count >= generator.Width * Ahead || waiting.TryPeek(out var first) && first.IsCompleted)
                {
                    yield return await waiting.Dequeue().ConfigureAwait(false);
                }
            }

            while (waiting.TryDequeue(out var next))
            {
                yield return await next.ConfigureAwait(false);
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await ((Task)Task.WhenAll(waiting)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task<Completion> Answer(IGenerator generator, GenerationRequest request, SemaphoreSlim width, CancellationToken cancel)
    {
        await width.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            return await generator.Generate(request, cancel).ConfigureAwait(false);
        }
        finally
        {
            width.Release();
        }
    }
}
