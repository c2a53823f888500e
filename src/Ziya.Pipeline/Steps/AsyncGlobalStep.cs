using Ziya.Pipeline.Records;

namespace Ziya.Pipeline.Steps;

/// <summary>
/// A step that must see everything, and of each record what a model says of it: an embedding, for example. As <see cref="GlobalStep{T}"/>, but records are
/// looked at first, several at once.
/// </summary>
/// <typeparam name="T">The record kind; the abstract <see cref="Record"/> for any.</typeparam>
/// <typeparam name="TView">What is seen of a record.</typeparam>
public abstract class AsyncGlobalStep<T, TView> : GlobalStepBase<T>
    where T : Record
{
    /// <summary>Most records looked at at once. Asked for at the first record, so that it can be the model's.</summary>
    public abstract int Width { get; }

    /// <summary>Looks at one record. Called again before the last call has ended.</summary>
    public abstract Task<TView> Look(T record, CancellationToken cancel);

    /// <summary>Notes entries about one record and what was seen of it.</summary>
    public abstract void Map(T record, TView view, Address at, IEntryWriter entries);

    private protected sealed override bool HasLook => true;

    private protected sealed override int LookWidth => Width;

    private protected sealed override async Task<object?> LookAt(T record, CancellationToken cancel) => await Look(record, cancel).ConfigureAwait(false);

    private protected sealed override void MapView(T record, object? view, Address at, IEntryWriter entries) => Map(record, (TView)view!, at, entries);
}
