namespace Ziya.Pipeline.Scoring;

/// <summary>How probable a text is.</summary>
/// <param name="LogProbability">The sum over its tokens of the natural logarithm of each one's probability behind those before it.</param>
/// <param name="Tokens">How many tokens that are, 0 of an empty text. The end of the text is none.</param>
public sealed record TextScore(double LogProbability, int Tokens)
{
    /// <summary>exp of the mean of -log over the tokens; NaN where there are none.</summary>
    public double Perplexity => Math.Exp(-LogProbability / Tokens);
}
