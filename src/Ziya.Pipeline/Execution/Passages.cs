using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Pipeline.Execution;

/// <summary>
/// Takes records through steps, pulled by one thread: a step sees them in their order, and none is made that is not asked for. What a step throws at a record
/// stays with that record; what is not the record's fault is thrown on.
/// </summary>
internal static class Passages
{
    /// <summary>Through a step that decides at once. Each decision is shown to <paramref name="see"/>, with the record as it came.</summary>
    public static IEnumerable<Passage> Through(
        this IEnumerable<Passage> passages, string step, Func<Passage, Verdict<Record>> apply, StepClock clock, Action<string, Record, Verdict<Record>> see)
    {
        foreach (var passage in passages)
        {
            var created = passage.IsOut ? [] : Decide(passage, step, apply, clock, see);
            yield return passage;
            foreach (var one in created)
            {
                yield return one;
            }
        }
    }

    /// <summary>Through a step that takes its time.</summary>
    public static IEnumerable<Passage> Through(
        this IEnumerable<Passage> passages, string step, IAsyncStep asked, ModelMeter meter, StepClock clock, Action<string, Record, Verdict<Record>> see, CancellationToken cancel)
    {
        foreach (var (passage, verdict) in passages.InFlight(() => asked.Width, asked.Apply, () => meter.Enter(step), () => clock.Lap(step), cancel))
        {
            var created = verdict is null ? [] : Decide(passage, step, _ => verdict.GetAwaiter().GetResult(), clock, see);
            yield return passage;
            foreach (var one in created)
            {
                yield return one;
            }
        }
    }

    /// <summary>Looked at by a global step, if it does.</summary>
    public static IEnumerable<Passage> LookedAt(this IEnumerable<Passage> passages, string step, IGlobalStep global, ModelMeter meter, StepClock clock, CancellationToken cancel)
    {
        foreach (var (passage, view) in passages.InFlight(() => global.Width, global.Look, () => meter.Enter(step), () => clock.Lap(step), cancel))
        {
            if (view is not null)
            {
                See(passage, step, view);
            }

            yield return passage;
        }
    }

    /// <summary>A step's own failure on one record; not the disk's, the memory's or the user's.</summary>
    public static bool IsPoison(Exception exception) =>
        exception is not (OperationCanceledException or OutOfMemoryException or IOException or Transient or JobFailedException);

    private static IReadOnlyList<Passage> Decide(
        Passage passage, string step, Func<Passage, Verdict<Record>> decide, StepClock clock, Action<string, Record, Verdict<Record>> see)
    {
        try
        {
            var verdict = decide(passage);
            see(step, passage.Now, verdict);
            return passage.Take(step, verdict);
        }
        catch (Exception exception) when (IsPoison(exception))
        {
            passage.Fail(step, exception);
            return [];
        }
        finally
        {
            clock.Lap(step);
        }
    }

    private static void See(Passage passage, string step, Task<object?> view)
    {
        try
        {
            passage.View = view.GetAwaiter().GetResult();
        }
        catch (Exception exception) when (IsPoison(exception))
        {
            passage.Fail(step, exception);
        }
    }

    /// <summary>
    /// Asks about up to <paramref name="width"/> records at once and gives them in their order, each with its answer. A failure that is not a record's own ends
    /// it at once. Where it ends early, what is still in flight is cancelled, and waited for: it may use what the caller then disposes of. Asking and waiting is the step's time, by <paramref name="lap"/>.
    /// </summary>
    private static IEnumerable<(Passage Passage, Task<TAnswer>? Answer)> InFlight<TAnswer>(
        this IEnumerable<Passage> passages, Func<int> width, Func<Record, CancellationToken, Task<TAnswer>> ask, Action enter, Action lap, CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var failed = new TaskCompletionSource();
        var flight = new Queue<(Passage Passage, Task<TAnswer>? Answer)>();
        var most = 0;
        try
        {
            foreach (var passage in passages)
            {
                most = most == 0 ? Math.Max(1, width()) : most;
                flight.Enqueue((passage, passage.IsOut ? null : Ask(ask, enter, passage.Now, failed, stop.Token)));
                lap();
                while (flight.Count >= most || (flight.TryPeek(out var first) && first.Answer?.IsCompleted != false))
                {
                    var landed = Land(flight, failed.Task);
                    lap();
                    yield return landed;
                }
            }

            while (flight.Count > 0)
            {
                var landed = Land(flight, failed.Task);
                lap();
                yield return landed;
            }
        }
        finally
        {
            stop.Cancel();
            Task.WhenAll(flight.Select(one => one.Answer).OfType<Task>()).ContinueWith(_ => { }, TaskScheduler.Default).Wait(CancellationToken.None);
        }
    }

    private static (Passage Passage, Task<TAnswer>? Answer) Land<TAnswer>(Queue<(Passage Passage, Task<TAnswer>? Answer)> flight, Task failed)
    {
        if (flight.Peek().Answer is { } answer && Task.WaitAny(answer, failed) == 1)
        {
            failed.GetAwaiter().GetResult();
        }

        return flight.Dequeue();
    }

    private static async Task<TAnswer> Ask<TAnswer>(
        Func<Record, CancellationToken, Task<TAnswer>> ask, Action enter, Record record, TaskCompletionSource failed, CancellationToken cancel)
    {
        try
        {
            // Seen by what this asks, and by nobody else: it ends with this method.
            enter();
            return await ask(record, cancel).ConfigureAwait(false);
        }
        catch (Exception exception) when (!IsPoison(exception))
        {
            failed.TrySetException(exception);
            throw;
        }
    }
}
