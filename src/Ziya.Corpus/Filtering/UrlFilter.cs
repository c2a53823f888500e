using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json.Nodes;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Filtering;

/// <summary>Options of <c>url_filter</c>.</summary>
public sealed record UrlFilterOptions : RuleOptions
{
    /// <summary>Field with the URL: `source`, or `meta.NAME` of the input. By default `meta.url`, and `source` where that is no URL.</summary>
    public string? Field { get; init; }

    /// <summary>Domains to drop, with all below them (`example.com`), and beginnings of URLs (`example.com/forum`).</summary>
    public IReadOnlyList<string> Domains { get; init; } = [];

    /// <summary>Files of such: plain lists, hosts files, filter lists of ad blockers; gzip, Zstandard or Brotli are unpacked.</summary>
    public IReadOnlyList<string> Lists { get; init; } = [];

    /// <summary>Domains and beginnings of URLs that stay, whatever lists and words say.</summary>
    public IReadOnlyList<string> Allow { get; init; } = [];

    /// <summary>Files of such.</summary>
    public IReadOnlyList<string> AllowLists { get; init; } = [];

    /// <summary>Words of which none may be in the URL, between what is no letter or digit. A Chinese word may stand anywhere.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>Files of such words, one a line; `#` begins a comment.</summary>
    public IReadOnlyList<string> WordLists { get; init; } = [];

    /// <summary>Words that may be in the URL, but not `min_soft_words` different ones of them.</summary>
    public IReadOnlyList<string> SoftWords { get; init; } = [];

    /// <summary>How many different soft words are too many. Default 2.</summary>
    [Range(1, 100)]
    public int MinSoftWords { get; init; } = 2;

    /// <summary>What may be nowhere in the URL, whatever signs are between its letters.</summary>
    public IReadOnlyList<string> Subwords { get; init; } = [];

    /// <summary>Whether records without a URL go. Default false.</summary>
    public bool RequireUrl { get; init; }
}

/// <summary>
/// Drops records by their URL: domains with all below them, beginnings of URLs, words. Domains of other scripts and their punycode are the same, <c>www.</c>, ports and case do not matter.
/// </summary>
/// <remarks>
/// The kinds of rules of datatrove's URLFilter, which FineWeb used (Penedo et al. 2024, arXiv:2406.17557, section 3.1), with lists of the user's. In order, the first that is broken is the reason:
/// <list type="number">
/// <item><c>no_url</c>, if asked for.</item>
/// <item><c>domain</c>: the domain, one above it, or the beginning of the URL up to a <c>/ ? &amp;</c> is listed.</item>
/// <item><c>word</c>: a word is. <c>soft_words</c>: so many different ones of the soft words are.</item>
/// <item><c>subword</c>: the URL without signs has such a part.</item>
/// </list>
/// Of filter lists of ad blockers, rules that mean a whole domain (<c>||example.com^</c>) or page count, and exceptions (<c>@@||</c>); what is about parts of pages is passed over: <c>ziya plan</c> says how much.
/// </remarks>
[Step("url_filter")]
public sealed class UrlFilter(UrlFilterOptions options) : RuleStep(options.Mode == RuleMode.Tag, "no_url", "domain", "word", "soft_words", "subword")
{
    private const string DefaultField = "meta.url";

    private UrlRules? _rules;

    /// <inheritdoc/>
    public override string Version() => ListFile.Version([.. options.Lists, .. options.AllowLists, .. options.WordLists]);

    /// <inheritdoc/>
    public override IEnumerable<string> Check()
    {
        if (options.Field is { } field && !RecordField.IsText(field))
        {
            yield return $"'field' is '{field}', which is no text of a record. Use source or meta.NAME.";
        }

        if (options is { Domains.Count: 0, Lists.Count: 0, Words.Count: 0, WordLists.Count: 0, SoftWords.Count: 0, Subwords.Count: 0, RequireUrl: false })
        {
            yield return "there is nothing to filter by. Give 'domains', 'lists', 'words', 'word_lists', 'soft_words', 'subwords' or 'require_url'.";
        }

        foreach (var fault in Domains("domains", options.Domains).Concat(Domains("allow", options.Allow)).Concat(Words()))
        {
            yield return fault;
        }

        var faults = ListFile.Faults("lists", options.Lists, file => AddressList.Of([], [file]).Count)
            .Concat(ListFile.Faults("allow_lists", options.AllowLists, file => AddressList.Of([], [file]).Count))
            .Concat(ListFile.Faults("word_lists", options.WordLists, file => UrlRules.WordsOf([file]).Count()));
        foreach (var fault in faults)
        {
            yield return fault;
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Notes()
    {
        foreach (var file in options.Lists.Where(File.Exists))
        {
            var list = AddressList.Of([], [file]);
            yield return string.Create(
                CultureInfo.InvariantCulture, $"{file}: {list.Count:N0} domains and addresses{(list.PassedOver > 0 ? $"; {list.PassedOver:N0} lines are about parts of pages, and were passed over" : "")}.");
        }
    }

    /// <inheritdoc/>
    protected override Record Judge(Record record, Ruling ruling)
    {
        _rules ??= Models is null ? new UrlRules(options) : Shared(string.Join('|', options.Domains.Concat(options.Lists).Concat(options.Allow).Concat(options.AllowLists).Concat(options.Words)
            .Concat(options.WordLists).Concat(options.SoftWords).Concat(options.Subwords)) + Version(), () => new UrlRules(options));
        var url = Find(record, out var address);

        // 1.
        if (ruling.If("no_url", options.RequireUrl && address is null) || address is null)
        {
            return record;
        }

        // 2 to 4.
        if (_rules.IsAllowed(address.Value))
        {
            return record;
        }

        var (domain, words, soft, subword) = (_rules.Domain(address.Value), new List<string>(), new List<string>(), (string?)null);
        _rules.Words(url, words, soft, out subword);
        _ = ruling.If("domain", domain is not null, () => Match(url, domain!))
            || ruling.If("word", words.Count > 0, () => Match(url, words[0]))
            || ruling.If("soft_words", soft.Count >= options.MinSoftWords, () => Match(url, string.Join(' ', soft)))
            || ruling.If("subword", subword is not null, () => Match(url, subword!));
        return record;
    }

    private string Find(Record record, out WebAddress? address)
    {
        var url = RecordField.GetText(record, options.Field ?? DefaultField) ?? "";
        address = WebAddress.Read(url, options.Field is not null);
        if (address is null && options.Field is null)
        {
            url = record.Source ?? "";
            address = WebAddress.Read(url, false);
        }

        return url;
    }

    private static JsonObject Match(string url, string match) => new() { ["match"] = match, ["url"] = url };

    private static IEnumerable<string> Domains(string option, IReadOnlyList<string> entries) =>
        entries.Where(entry => AddressList.Of([entry], []).Count == 0).Select(entry => $"'{option}': '{entry}' is no domain and no beginning of a URL.");

    private IEnumerable<string> Words() => options.Words.Concat(options.SoftWords).Concat(options.Subwords).Where(word => !word.Any(char.IsLetterOrDigit)).Select(word => $"'{word}' has no letter or digit, and is no word.");
}
