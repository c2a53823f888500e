namespace Ziya.Corpus.Scoring.Classification;

/// <summary>How a classifier is trained.</summary>
internal sealed record ClassifierOptions
{
    /// <summary>Bits of a row's number: 20 are a million rows, 4 MB a label.</summary>
    public int Bits { get; init; } = 20;

    /// <summary>Units of the longest n-grams that end with a word.</summary>
    public int WordGrams { get; init; } = 2;

    /// <summary>Units of the longest n-grams that end with a Chinese character; two or three of them are a word.</summary>
    public int CharacterGrams { get; init; } = 3;

    /// <summary>Times each text is seen.</summary>
    public int Epochs { get; init; } = 5;

    /// <summary>Step of learning.</summary>
    public double Rate { get; init; } = 0.2;

    /// <summary>Share of the texts that is held out, to fit the temperature and measure.</summary>
    public double HeldOut { get; init; } = 0.1;

    public int Seed { get; init; } = 42;

    /// <summary>What is wrong with it; null where nothing is.</summary>
    public string? Fault() => Bits is < 10 or > 26 ? "bits: 10 to 26."
        : WordGrams is < 1 or > TextFeatures.MostGram || CharacterGrams is < 1 or > TextFeatures.MostGram ? $"n-grams: 1 to {TextFeatures.MostGram} units."
        : Epochs < 1 || !(Rate > 0) || !(HeldOut is > 0 and < 1) ? "epochs are 1 or more, the rate above 0, the share held out between 0 and 1."
        : null;
}
