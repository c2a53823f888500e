namespace Ziya.Corpus.Scoring;

/// <summary>What <see cref="LanguageIdentifier"/> makes of a text.</summary>
/// <param name="Language">ISO 639-1 code of the language that carries most of the text; <c>und</c> where there is nothing
/// to go by (no letters, or a script none of the known languages uses).</param>
/// <param name="Confidence">Probability that <paramref name="Language"/> is right, 0 to 1; 0 for <c>und</c>.</param>
/// <param name="Script">For <c>zh</c> the ISO 15924 code <c>Hans</c> (simplified), <c>Hant</c> (traditional) or <c>Hani</c>
/// (both, neither with 7 of 10 of the characters that tell), null where no character tells; null for every other language.</param>
public readonly record struct LanguageGuess(string Language, double Confidence, string? Script);
