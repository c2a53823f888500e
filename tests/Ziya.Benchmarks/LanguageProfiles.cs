using Ziya.Corpus.Scoring;

namespace Ziya.Benchmarks;

/// <summary>
/// Builds the two tables of <see cref="LanguageIdentifier"/>: <c>language-profiles.bin</c> (n-gram weights) and, beside it,
/// <c>han-variants.bin</c> (national character sets). Equal inputs give equal files.
/// </summary>
/// <remarks>
/// The texts, of which only statistics enter the tables:
/// <list type="bullet">
/// <item>The Universal Declaration of Human Rights in Unicode (unicode.org/udhr, public domain): every language.</item>
/// <item>github.com/github/opensource.guide (CC BY 4.0, GitHub and contributors): articles.</item>
/// <item>github.com/tldr-pages/tldr (CC BY 4.0, tldr-pages team and contributors): one-line descriptions.</item>
/// <item>github.com/EthicalSource/contributor_covenant (CC BY 4.0): codes of conduct.</item>
/// <item>github.com/standardebooks: Right Ho, Jeeves; The Great Gatsby; Babbitt (CC0, public domain): English conversation.</item>
/// <item>github.com/stopwords-iso/stopwords-iso (MIT, Gene Diaz): function words.</item>
/// </list>
/// </remarks>
public static class LanguageProfiles
{
    /// <summary>Builds the tables from the declaration alone.</summary>
    /// <param name="udhrFolder">Folder of the declarations, <c>eng.txt</c>, <c>cmn_hans.txt</c> and so on, UTF-8.</param>
    /// <param name="output">Where to write the profiles; the table of Han variants goes into the same folder.</param>
    public static void Build(string udhrFolder, string output) => Build(udhrFolder, null, output);

    /// <summary>Builds the tables from the declaration and checkouts of the repositories named above.</summary>
    /// <param name="udhrFolder">Folder of the declarations.</param>
    /// <param name="checkouts">Folder with the checkouts under the names of the repositories; one that is absent is left out.</param>
    /// <param name="output">Where to write the profiles.</param>
    /// <param name="holdOutEvery">Keeps each n-th paragraph of every text out of the training, to measure with; 0 for none.</param>
    public static void Build(string udhrFolder, string? checkouts, string output, int holdOutEvery = 0)
    {
        var texts = LanguageTexts.Read(udhrFolder, checkouts, holdOutEvery);
        var models = new[]
        {
            LanguageTrainer.Train(WritingScript.Latin, 15, texts),
            LanguageTrainer.Train(WritingScript.Cyrillic, 13, texts),
            LanguageTrainer.Train(WritingScript.Arabic, 12, texts),
            LanguageTrainer.Train(WritingScript.Devanagari, 12, texts),
            LanguageTrainer.Train(WritingScript.Hebrew, 11, texts),
            LanguageTrainer.Train(WritingScript.Ethiopic, 11, texts),
        };
        using (var file = File.Create(output))
        {
            LanguageProfileFile.Write(file, models);
        }
    }
}
