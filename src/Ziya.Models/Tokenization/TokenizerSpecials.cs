namespace Ziya.Models.Tokenization;

/// <summary>What a model's folder says beside the vocabulary.</summary>
internal sealed record TokenizerSpecials
{
    /// <summary>Added tokens by id.</summary>
    public required IReadOnlyList<AddedToken> Added { get; init; }

    /// <summary>The token at the beginning of a text.</summary>
    public int? BosId { get; init; }

    /// <summary>The token at its end.</summary>
    public int? EosId { get; init; }

    /// <summary>The token that fills up.</summary>
    public int? PadId { get; init; }

    /// <summary>The token of what is no token.</summary>
    public int? UnknownId { get; init; }

    /// <summary>What is put in front of a text.</summary>
    public IReadOnlyList<int> Before { get; init; } = [];

    /// <summary>What is put behind it.</summary>
    public IReadOnlyList<int> After { get; init; } = [];

    /// <summary>Whether text after an added token gets a space in front.</summary>
    public bool Legacy { get; init; }
}
