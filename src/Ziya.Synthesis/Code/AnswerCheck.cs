namespace Ziya.Synthesis.Code;

/// <summary>What was found out about the code of one answer.</summary>
internal sealed record AnswerCheck
{
    /// <summary>Blocks that are right.</summary>
    public int Passed { get; init; }

    /// <summary>Blocks that are wrong.</summary>
    public int Failed { get; init; }

    /// <summary>Blocks that could not be checked.</summary>
    public int Unchecked { get; init; }

    /// <summary>Whether the tests passed; null where none ran.</summary>
    public bool? Tests { get; init; }

    /// <summary>The first thing that is wrong, and the language it is in.</summary>
    public Finding? Fault { get; init; }

    /// <summary>The language of the fault.</summary>
    public string Language { get; init; } = "";

    /// <summary>Whether there is code at all.</summary>
    public bool HasCode => Passed + Failed + Unchecked > 0;

    /// <summary>Whether the answer is wrong. Tests know better than the compiler: an answer may show a piece that is not whole.</summary>
    public bool IsWrong => Tests is { } passed ? !passed : Failed > 0;

    /// <summary>The share of blocks that are right, of those that could be checked; null where none could.</summary>
    public double? Compiles => Passed + Failed == 0 ? null : (double)Passed / (Passed + Failed);
}
