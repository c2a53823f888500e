using System.Collections.Concurrent;
using Ziya.Models.Generation;
using Ziya.Pipeline.Jobs;

namespace Ziya.Models.Completions;

/// <summary>A model that is asked nothing twice: answers come from the cache where they are, and go there before anybody sees them.</summary>
/// <param name="model">The model.</param>
/// <param name="identity">All that decides what it answers, beside the request.</param>
/// <param name="cache">Where answers are kept. Those cut by a content filter too; faults are not, they may be gone the next time.</param>
public sealed class CachedGenerator(IGenerator model, string identity, CompletionCache cache) : IGenerator, IModelProgress, IAsyncDisposable
{
    private readonly ConcurrentDictionary<UInt128, TaskCompletionSource<Completion?>> _asking = new();

    /// <inheritdoc/>
    public string Model => model.Model;

    /// <inheritdoc/>
    public int Width => model.Width;

    /// <inheritdoc/>
    public long Tokens => (model as IModelProgress)?.Tokens ?? 0;

    /// <inheritdoc/>
    public string State => (model as IModelProgress)?.State ?? "";

    /// <inheritdoc/>
    public string? Trouble => (model as IModelProgress)?.Trouble;

    /// <inheritdoc/>
    public ModelLoad? Load => (model as IModelProgress)?.Load;

    /// <inheritdoc/>
    public async Task<Completion> Generate(GenerationRequest request, CancellationToken cancel)
    {
        var key = CompletionKey.Of(identity, request);
        while (true)
        {
            if (cache.Find(key) is { } known)
            {
                return known;
            }

            var own = new TaskCompletionSource<Completion?>(TaskCreationOptions.RunContinuationsAsynchronously);
            var asking = _asking.GetOrAdd(key, own);
            if (asking == own)
            {
                return await Ask(key, request, own, cancel).ConfigureAwait(false);
            }

            // Somebody asks the same just now. Where they give up, it is our turn.
            if (await asking.Task.WaitAsync(cancel).ConfigureAwait(false) is { } answer)
            {
                return answer;
            }
        }
    }

    /// <summary>Ends the model and the cache.</summary>
    public async ValueTask DisposeAsync()
    {
        await cache.DisposeAsync().ConfigureAwait(false);
        (model as IDisposable)?.Dispose();
    }

    private async Task<Completion> Ask(UInt128 key, GenerationRequest request, TaskCompletionSource<Completion?> own, CancellationToken cancel)
    {
        Completion? completion = null;
        try
        {
            // Somebody may have ended between the look into the cache and now.
            if (cache.Find(key) is { } known)
            {
                return completion = known;
            }

            var answer = await model.Generate(request, cancel).ConfigureAwait(false);
            if (answer.Ending is Ending.Stop or Ending.Length or Ending.Filtered)
            {
                await cache.Keep(key, answer).ConfigureAwait(false);
            }

            return completion = answer;
        }
        finally
        {
            _asking.TryRemove(key, out _);
            own.SetResult(completion);
        }
    }
}
