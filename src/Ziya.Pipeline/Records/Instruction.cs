namespace Ziya.Pipeline.Records;

/// <summary>An instruction, with what it is applied to and what a good answer is.</summary>
public sealed record Instruction : Record
{
    /// <summary>What is asked for.</summary>
    public required string Text { get; init; }

    /// <summary>What the instruction is applied to, where it needs something.</summary>
    public string? Input { get; init; }

    /// <summary>The answer.</summary>
    public string? Output { get; init; }

    /// <summary>Several answers, of one model or more, until one is chosen or two make a preference; empty otherwise.</summary>
    public IReadOnlyList<Candidate> Candidates { get; init; } = [];

    /// <summary>The system prompt.</summary>
    public string? System { get; init; }

    /// <summary>The type of task, such as <c>classification</c> or <c>writing</c>.</summary>
    public string? Task { get; init; }

    /// <summary>How hard it is, easy to hard.</summary>
    public double? Difficulty { get; init; }

    /// <summary>Parents, model and prompt kind of a generated record.</summary>
    public Fields Lineage { get; init; } = Fields.Empty;

    internal override RecordKind Kind => RecordKind.Instruction;

    internal override string Content => string.Join('\n', new[] { Text, Input, Output }.Where(part => !string.IsNullOrEmpty(part)));

    internal override int ContentLength => Math.Max(0, WithBreak(Text) + WithBreak(Input) + WithBreak(Output) - 1);

    private static int WithBreak(string? part) => string.IsNullOrEmpty(part) ? 0 : part.Length + 1;
}
