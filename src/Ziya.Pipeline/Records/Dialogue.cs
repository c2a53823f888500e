namespace Ziya.Pipeline.Records;

/// <summary>A conversation.</summary>
public sealed record Dialogue : Record
{
    /// <summary>The turns, in order.</summary>
    public required IReadOnlyList<Message> Messages { get; init; }

    internal override RecordKind Kind => RecordKind.Dialogue;

    internal override string Content => string.Join('\n', Messages.Select(message => message.Content));

    internal override int ContentLength => Math.Max(0, Messages.Sum(message => message.Content.Length + 1) - 1);
}
