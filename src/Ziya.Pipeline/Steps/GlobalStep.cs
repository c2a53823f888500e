using Ziya.Pipeline.Records;

namespace Ziya.Pipeline.Steps;

/// <summary>
/// A step that must see everything. <see cref="Map"/> notes small entries about each record, the stages sort and reduce them partition by partition,
/// and <see cref="GlobalStepBase{T}.Apply"/> meets each record again with what was found about it. The text itself never moves through the stages.
/// </summary>
/// <typeparam name="T">The record kind; the abstract <see cref="Record"/> for any.</typeparam>
public abstract class GlobalStep<T> : GlobalStepBase<T>
    where T : Record
{
    /// <summary>Notes entries about one record.</summary>
    public abstract void Map(T record, Address at, IEntryWriter entries);

    private protected sealed override void MapView(T record, object? view, Address at, IEntryWriter entries) => Map(record, at, entries);
}
