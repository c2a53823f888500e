namespace Ziya.Corpus.Filtering.Contamination;

/// <summary>An item of an evaluation set.</summary>
/// <param name="File">The file's name.</param>
/// <param name="Line">Its line, from 1.</param>
/// <param name="Name">What the file calls it; its line where it does not.</param>
internal sealed record EvaluationItem(string File, long Line, string Name)
{
    /// <summary>Whether no text of it is long enough to be found.</summary>
    public bool IsShort { get; set; } = true;

    /// <summary>N-grams that are looked for and stand in it first; those of an item before it are that one's.</summary>
    public int Grams { get; set; }
}
