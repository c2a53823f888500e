using System.ComponentModel.DataAnnotations;

namespace Ziya.Pipeline.Jobs;

/// <summary>How <c>format: tokens</c> makes training files.</summary>
public sealed record TokenOptions
{
    /// <summary>What turns texts into tokens: a model's folder, tokenizer.model, tokenizer.json, or vocab.json with merges.txt beside it.</summary>
    public required string Tokenizer { get; init; }

    /// <summary>Whether the token that begins a text stands in front of each record. Default false, as Megatron's own preprocessing and Ziya's training have it.</summary>
    public bool Bos { get; init; }

    /// <summary>Whether the token that ends a text stands behind each record, and behind each answer of a conversation. Default true; without it nothing in a packed context tells where a record ends.</summary>
    public bool Eos { get; init; } = true;

    /// <summary>Tokens of a context, 8 to 1048576: records are packed into sequences of that length. Default: none, each record is a sequence of its own.</summary>
    [Range(8, 1 << 20)]
    public int? Context { get; init; }

    /// <summary>How records are packed into contexts. Ignored without `context`. Default split.</summary>
    public Packing Packing { get; init; } = Packing.Split;

    /// <summary>What becomes of records longer than a context. Ignored without `context`. Default cut.</summary>
    public LongRecords Longer { get; init; } = LongRecords.Cut;

    /// <summary>Whether instructions and dialogues get a mask of what is learned: 1 for answers and the tokens that end them, 0 for the rest. Documents are learned whole and have none. Default true.</summary>
    public bool LossMask { get; init; } = true;
}

/// <summary>How records are packed into contexts.</summary>
public enum Packing
{
    /// <summary>One behind the other, cut where a context is full: no place is wasted, all contexts but the last of a file are full.</summary>
    Split,

    /// <summary>None is cut that fits into a context; the fullest one that a record fits into takes it (best fit, arXiv:2404.10830). Contexts may be shorter, and are not padded.</summary>
    Whole,
}

/// <summary>What becomes of records longer than a context.</summary>
public enum LongRecords
{
    /// <summary>They are cut into contexts.</summary>
    Cut,

    /// <summary>They are dropped, as `longer_than_context`.</summary>
    Drop,
}
