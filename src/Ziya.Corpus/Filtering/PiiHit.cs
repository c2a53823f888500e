namespace Ziya.Corpus.Filtering;

/// <summary>Personal data found in a text.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Start">Where it starts.</param>
/// <param name="End">Where it has ended.</param>
internal readonly record struct PiiHit(PiiKind Kind, int Start, int End);
