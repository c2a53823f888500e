namespace Ziya.Corpus.Scoring.Lm;

/// <summary>N-grams one after another.</summary>
internal abstract class GramCursor
{
    /// <summary>The n-gram it stands at.</summary>
    public Gram Current;

    /// <summary>Moves to the next; false at the end.</summary>
    public abstract bool Next();
}

/// <summary>N-grams in memory, which must stay there.</summary>
internal sealed unsafe class MemoryCursor(Gram* grams, int count) : GramCursor
{
    private int _next;

    public override bool Next()
    {
        if (_next == count)
        {
            return false;
        }

        Current = grams[_next++];
        return true;
    }
}
