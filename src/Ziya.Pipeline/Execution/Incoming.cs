using Ziya.Pipeline.Records;

namespace Ziya.Pipeline.Execution;

/// <summary>What a pass meets: a record with its ordinal in the shard, or a stretch of input that could not be read.</summary>
/// <param name="Record">The record.</param>
/// <param name="Ordinal">Its ordinal where it was read from a pass before; -1 where it comes from the input.</param>
/// <param name="Bytes">Bytes read for it.</param>
/// <param name="Unreadable">What could not be read; null beside a record.</param>
internal readonly record struct Incoming(Record? Record, int Ordinal, long Bytes, Unreadable? Unreadable);

/// <summary>A stretch of input that could not be read as a record.</summary>
/// <param name="At">Where it stands.</param>
/// <param name="Bytes">How long it is.</param>
/// <param name="Reason">Why.</param>
/// <param name="Start">Its first bytes, for people.</param>
internal sealed record Unreadable(Origin At, long Bytes, string Reason, ReadOnlyMemory<byte> Start);
