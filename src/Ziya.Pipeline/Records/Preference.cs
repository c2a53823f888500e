namespace Ziya.Pipeline.Records;

/// <summary>A prompt with a better and a worse answer.</summary>
public sealed record Preference : Record
{
    /// <summary>What was asked.</summary>
    public required string Prompt { get; init; }

    /// <summary>The better answer.</summary>
    public required string Chosen { get; init; }

    /// <summary>The worse answer.</summary>
    public required string Rejected { get; init; }

    /// <summary>The system prompt both answers were given under.</summary>
    public string? System { get; init; }

    /// <summary>Which model wrote which answer.</summary>
    public Fields Models { get; init; } = Fields.Empty;

    internal override RecordKind Kind => RecordKind.Preference;

    internal override string Content => string.Join('\n', Prompt, Chosen, Rejected);

    internal override int ContentLength => Prompt.Length + Chosen.Length + Rejected.Length + 2;
}
