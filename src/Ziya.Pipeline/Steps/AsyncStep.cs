using Ziya.Pipeline.Records;

namespace Ziya.Pipeline.Steps;

/// <summary>
/// A step that asks something that takes its time, a model above all, about one record at a time. Several records are in flight at once; they go on in
/// their order.
/// </summary>
/// <typeparam name="TIn">The record kind it takes.</typeparam>
/// <typeparam name="TOut">The record kind it passes on.</typeparam>
public abstract class AsyncStep<TIn, TOut> : Step, IAsyncStep
    where TIn : Record
    where TOut : Record
{
    /// <summary>Most records in flight. Asked for at the first record, so that it can be the model's.</summary>
    public abstract int Width { get; }

    internal override Type In => typeof(TIn);

    internal override Type Out => typeof(TOut);

    /// <summary>Decides about one record. Called again before the last call has ended, always by the same thread; what comes after an await may run on any.</summary>
    public abstract Task<Verdict<TOut>> Apply(TIn record, CancellationToken cancel);

    async Task<Verdict<Record>> IAsyncStep.Apply(Record record, CancellationToken cancel) => (await Apply((TIn)record, cancel).ConfigureAwait(false)).OfAnyKind();
}

/// <summary>An asynchronous step, whatever the kind of its records.</summary>
internal interface IAsyncStep
{
    /// <summary>Most records in flight.</summary>
    int Width { get; }

    /// <summary>Decides about one record.</summary>
    Task<Verdict<Record>> Apply(Record record, CancellationToken cancel);
}
