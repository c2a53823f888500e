using System.Text.Json;
using System.Text.RegularExpressions;

namespace Ziya.Benchmarks;

/// <summary>The texts that the language profiles are trained on: by language, the lines of each source.</summary>
internal sealed partial class LanguageTexts
{
    // Declarations by language; two of one language are dialects or norms that ISO 639-1 does not tell apart.
    private const string Declarations =
        "en:eng fr:fra de:deu,deu_1901 es:spa it:ita pt:por_BR,por_PT nl:nld sv:swe da:dan no:nob,nno fi:fin is:isl pl:pol "
        + "cs:ces sk:slk sl:slv hr:hrv,bos_latn,srp_latn ro:ron,ron_1993 hu:hun tr:tur id:ind ms:mly_latn vi:vie ca:cat gl:glg "
        + "eu:eus lt:lit lv:lav et:est sq:als sw:swh tl:tgl af:afr ga:gle cy:cym az:azj_latn uz:uzn_latn eo:epo mt:mlt "
        + "ru:rus uk:ukr be:bel bg:bul mk:mkd sr:srp_cyrl,bos_cyrl kk:kaz ky:kir mn:khk tg:tgk tt:tat "
        + "ar:arb fa:pes_1,pes_2 ur:urd ug:uig_arab ku:ckb ps:pbu hi:hin mr:mar ne:nep he:heb yi:ydd am:amh ti:tir";

    // Names that the other sources give a language, where they are not its code.
    private static readonly Dictionary<string, string> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["pt_BR"] = "pt",
        ["pt_PT"] = "pt",
        ["pt-br"] = "pt",
        ["nb"] = "no",
        ["bs"] = "hr",
        ["fa-ir"] = "fa",
        ["iw"] = "he",
        ["glg"] = "gl",
    };

    private readonly SortedDictionary<string, List<string[]>> _sources = new(StringComparer.Ordinal);

    /// <summary>Languages in order of their codes.</summary>
    public IEnumerable<string> Languages => _sources.Keys;

    /// <summary>Lines of each source of a language.</summary>
    public IReadOnlyList<string[]> Sources(string language) => _sources[language];

    /// <summary>Reads all texts.</summary>
    public static LanguageTexts Read(string udhrFolder, string? checkouts, int holdOutEvery)
    {
        var texts = new LanguageTexts();
        foreach (var entry in Declarations.Split(' '))
        {
            var (language, files) = (entry[..2], entry[3..].Split(','));
            texts._sources[language] = [];
            texts.Add(language, files.SelectMany(f => File.ReadLines(Path.Combine(udhrFolder, f + ".txt"))), holdOutEvery);
        }

        if (checkouts is not null)
        {
            texts.AddMarkdown(Path.Combine(checkouts, "opensource.guide", "_articles"), GuideName(), holdOutEvery);
            texts.AddMarkdown(Path.Combine(checkouts, "tldr"), TldrName(), holdOutEvery);
            texts.AddMarkdown(Path.Combine(checkouts, "contributor_covenant", "content"), CovenantName(), holdOutEvery);
            texts.AddBooks(Path.Combine(checkouts, "standardebooks"), holdOutEvery);
            texts.AddWords(Path.Combine(checkouts, "stopwords-iso", "stopwords-iso.json"));
        }

        return texts;
    }

    private void AddMarkdown(string folder, Regex name, int holdOutEvery)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        var files = Directory.EnumerateFiles(folder, "*.md", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(folder, f).Replace('\\', '/'))
            .Order(StringComparer.Ordinal)
            .Select(f => (File: f, Match: name.Match(f)))
            .Where(f => f.Match.Success)
            .GroupBy(f => CodeOf(f.Match.Groups[1].Value), f => f.File);
        foreach (var language in files)
        {
            Add(language.Key, language.SelectMany(f => Prose(File.ReadAllText(Path.Combine(folder, f)))), holdOutEvery);
        }
    }

    private void AddBooks(string folder, int holdOutEvery)
    {
        if (Directory.Exists(folder))
        {
            var chapters = Directory.EnumerateFiles(folder, "chapter-*.xhtml", SearchOption.AllDirectories).Order(StringComparer.Ordinal);
            Add("en", chapters.SelectMany(f => Prose(File.ReadAllText(f))), holdOutEvery);
        }
    }

    private void AddWords(string file)
    {
        if (File.Exists(file))
        {
            using var words = JsonDocument.Parse(File.ReadAllText(file));
            foreach (var language in words.RootElement.EnumerateObject())
            {
                Add(language.Name, language.Value.EnumerateArray().Select(w => w.GetString()!), 0);
            }
        }
    }

    private void Add(string language, IEnumerable<string> lines, int holdOutEvery)
    {
        // Lines that repeat within a source ("More information: ...") would count for their language many times over.
        var kept = lines.Select(l => l.Trim().TrimStart('\uFEFF')).Where(l => l.Length > 0).Distinct()
            .Where((_, i) => holdOutEvery == 0 || i % holdOutEvery != 0).ToArray();
        if (kept.Length > 0 && _sources.TryGetValue(language, out var sources))
        {
            sources.Add(kept);
        }
    }

    private static string CodeOf(string name) => name.Length == 0 ? "en" : Names.GetValueOrDefault(name, name);

    // Text without what is the same in all languages: front matter keys, code, placeholders, markup, addresses.
    private static IEnumerable<string> Prose(string markdown) =>
        NotProse().Replace(markdown, " ").Split('\n').Where(l => !l.Contains("://", StringComparison.Ordinal))
            .Select(l => l.TrimStart('#', '>', '-', '*', ' '));

    [GeneratedRegex(@"^---\n.*?^---\n|^```.*?^```|`[^`\n]*`|\{\{.*?\}\}|<[^>\n]*>|\]\([^)\n]*\)|^\[[^]]*\]:.*?$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex NotProse();

    [GeneratedRegex(@"^(?:([a-z]{2,3}(?:-[a-z]+)?)/)?[a-z-]+\.md$")]
    private static partial Regex GuideName();

    [GeneratedRegex(@"^pages(?:\.([a-zA-Z_]+))?/")]
    private static partial Regex TldrName();

    [GeneratedRegex(@"/code[-_]of[-_]conduct(?:\.([a-z-]+))?\.md$")]
    private static partial Regex CovenantName();
}
