using System.ComponentModel.DataAnnotations;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Filtering.Contamination;

/// <summary>Options of <c>decontaminate</c>.</summary>
public sealed record DecontaminateOptions
{
    /// <summary>Evaluation sets: JSONL files, packed or not, or patterns of them, one item a line.</summary>
    public required IReadOnlyList<string> Against { get; init; }

    /// <summary>Fields of the items that hold their texts, with dots further in; each file has to have some of them. Default: none, which takes every text there is.</summary>
    public IReadOnlyList<string> Fields { get; init; } = [];

    /// <summary>Words in a row that are a match. Default 13, as GPT-3 has it.</summary>
    [Range(1, 1000)]
    public int Words { get; init; } = 13;

    /// <summary>Characters in a row that are a match, in Chinese and other scripts without spaces. Default 20: about what 13 English words are in translation.</summary>
    [Range(1, 1000)]
    public int Characters { get; init; } = 20;

    /// <summary>Texts of items with fewer words than a match are looked for whole, down to this many. Default 8.</summary>
    [Range(1, 1000)]
    public int MinWords { get; init; } = 8;

    /// <summary>Texts of items with fewer characters than a match are looked for whole, down to this many. Default 12.</summary>
    [Range(1, 1000)]
    public int MinCharacters { get; init; } = 12;

    /// <summary>N-grams that more items than this share are the set's own wording, and are not looked for. Default 10.</summary>
    [Range(1, int.MaxValue)]
    public int Common { get; init; } = 10;

    /// <summary>Share of a record's words and characters that may stand in matches. Default 0; range 0 to 1.</summary>
    [Range(0.0, 1.0)]
    public double MaxShare { get; init; }

    /// <summary>Share of an item's n-grams that have to be in a record. Default 0, where one is enough; range 0 to 1.</summary>
    [Range(0.0, 1.0)]
    public double MinItemShare { get; init; }

    /// <summary>What becomes of a contaminated record: `drop` (default) or `tag`.</summary>
    public RuleMode Mode { get; init; } = RuleMode.Drop;

    /// <summary>Most memory for the n-grams of the sets, 64 bytes each, in MB; more is refused. Default 512.</summary>
    [Range(1, 1 << 20)]
    public int MemoryMb { get; init; } = 512;
}
