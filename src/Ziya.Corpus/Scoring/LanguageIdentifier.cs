namespace Ziya.Corpus.Scoring;

/// <summary>
/// Names the language of a text. Safe to share between threads; equal texts get equal answers; a call allocates nothing and its
/// work is bounded whatever the length of the text.
/// </summary>
/// <remarks>
/// <list type="number">
/// <item>Take a sample: short texts whole, of long ones evenly spread windows (<see cref="LanguageSample"/>).</item>
/// <item>Count the letters by script, weighted by what a letter says, so that one Han character stands against four Latin
/// letters, with addresses and identifiers at a fifth (<see cref="ScriptCensus"/>). The heaviest script decides.</item>
/// <item>A script with one language is the answer. Han and kana go by the national character sets (<see cref="HanCensus"/>).
/// The other scripts go by logistic regression over character n-grams (<see cref="NgramModel"/>).</item>
/// <item>The confidence is that of step 3 times how clear step 2 was.</item>
/// </list>
/// </remarks>
public sealed class LanguageIdentifier
{
    private static readonly string[] CjkLanguages = ["zh", "ja", "ko"];
    private static readonly Lazy<LanguageIdentifier> Shared =
        new(() => new LanguageIdentifier(LanguageProfileFile.ReadEmbedded()));

    private readonly NgramModel?[] _models = new NgramModel?[ScriptTable.Count];
    private readonly string[] _languages;

    /// <summary>An identifier over given models, one for each script with several languages.</summary>
    internal LanguageIdentifier(IEnumerable<NgramModel> models)
    {
        foreach (var model in models)
        {
            _models[(int)model.Script] = model;
        }

        _languages = ListLanguages();
    }

    /// <summary>The identifier with the profiles that the assembly carries; they are loaded at the first use.</summary>
    public static LanguageIdentifier Default => Shared.Value;

    /// <summary>ISO 639-1 codes of the languages that can be answered, sorted; <c>und</c> is not among them.</summary>
    public static IReadOnlyList<string> Languages => Default._languages;

    /// <summary>Identifies the language that carries most of a text.</summary>
    /// <param name="text">Any text; best after normalisation to NFC, because combining marks that stand alone break words.</param>
    public LanguageGuess Identify(ReadOnlySpan<char> text)
    {
        // 1-2.
        var sample = LanguageSample.Take(text, stackalloc char[LanguageSample.MaxChars]);
        var census = ScriptCensus.Take(sample);
        var (script, share) = census.Dominant();

        // 3-4.
        var clarity = Clarity(share);
        if (script == WritingScript.Han)
        {
            return IdentifyHan(census.Han, clarity);
        }

        var sole = script == WritingScript.Hangul ? "ko" : ScriptTable.SoleLanguage(script);
        if (sole is not null)
        {
            return new LanguageGuess(sole, clarity, null);
        }

        if (_models[(int)script] is not { } model)
        {
            return new LanguageGuess("und", 0, null);
        }

        var (language, probability) = model.Identify(sample, census.IsMostlyNoise);
        return new LanguageGuess(language, clarity * probability, null);
    }

    private static LanguageGuess IdentifyHan(in HanCensus census, double clarity)
    {
        var japanese = Logistic(census.JapaneseLogOdds());
        return japanese > 0.5
            ? new LanguageGuess("ja", clarity * japanese, null)
            : new LanguageGuess("zh", clarity * (1 - japanese), census.ChineseScript());
    }

    // An even mixture of two scripts is a coin toss; from four fifths on the rest is quotation.
    private static double Clarity(double share) => Logistic(12 * (share - 0.5));

    private static double Logistic(double logOdds) => 1 / (1 + Math.Exp(-logOdds));

    private string[] ListLanguages()
    {
        var languages = new SortedSet<string>(CjkLanguages, StringComparer.Ordinal);
        for (var s = WritingScript.None; s <= WritingScript.Other; s++)
        {
            if (ScriptTable.SoleLanguage(s) is { } sole)
            {
                languages.Add(sole);
            }

            languages.UnionWith(_models[(int)s]?.Languages ?? []);
        }

        return [.. languages];
    }
}
