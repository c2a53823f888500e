namespace Ziya.Corpus.Filtering;

/// <summary>The lists and words of a <see cref="UrlFilter"/>, made once and read by all tasks.</summary>
internal sealed class UrlRules
{
    private readonly AddressList _blocked;
    private readonly AddressList _allowed;
    private readonly HashSet<string> _words;
    private readonly HashSet<string> _soft;

    // Chinese has no spaces: such a word may stand anywhere, and so is looked for as parts are.
    private readonly string[] _partWords;
    private readonly string[] _partSoft;
    private readonly string[] _parts;

    public UrlRules(UrlFilterOptions options)
    {
        _blocked = AddressList.Of(options.Domains, options.Lists);
        _allowed = AddressList.Of(options.Allow, options.AllowLists);
        var words = options.Words.Concat(WordsOf(options.WordLists)).ToList();
        (_words, _partWords) = ([.. words.Where(IsSpaced).Select(Squeeze)], [.. words.Where(word => !IsSpaced(word)).Select(Squeeze)]);
        (_soft, _partSoft) = ([.. options.SoftWords.Where(IsSpaced).Select(Squeeze)], [.. options.SoftWords.Where(word => !IsSpaced(word)).Select(Squeeze)]);
        _parts = [.. options.Subwords.Select(Squeeze)];
    }

    /// <summary>The words of files, without comments.</summary>
    public static IEnumerable<string> WordsOf(IEnumerable<string> files) =>
        files.SelectMany(file => ListFile.Lines(file).Select(line => line.Line)).Where(line => line[0] != '#' && line.Any(char.IsLetterOrDigit));

    /// <summary>Whether an address stays, whatever else is said of it.</summary>
    public bool IsAllowed(in WebAddress address) => _allowed.Find(address) is not null || _blocked.Exceptions?.Find(address) is not null;

    /// <summary>The listed domain or beginning of a URL that an address falls under.</summary>
    public string? Domain(in WebAddress address) => _blocked.Find(address);

    /// <summary>The words of the lists that are in a URL, and a part that is.</summary>
    public void Words(string url, List<string> words, List<string> soft, out string? part)
    {
        part = null;
        if (_words.Count + _soft.Count + _partWords.Length + _partSoft.Length + _parts.Length == 0)
        {
            return;
        }

        var plain = (url.Contains('%', StringComparison.Ordinal) ? Uri.UnescapeDataString(url) : url).ToLowerInvariant();
        foreach (var word in Cut(plain))
        {
            Add(words, _words.Contains(word) ? word : null);
            Add(soft, _soft.Contains(word) ? word : null);
        }

        var squeezed = Squeeze(plain);
        Array.ForEach(_partWords, word => Add(words, squeezed.Contains(word, StringComparison.Ordinal) ? word : null));
        Array.ForEach(_partSoft, word => Add(soft, squeezed.Contains(word, StringComparison.Ordinal) ? word : null));
        part = Array.Find(_parts, one => squeezed.Contains(one, StringComparison.Ordinal));
    }

    private static void Add(List<string> found, string? word)
    {
        if (word is not null && !found.Contains(word))
        {
            found.Add(word);
        }
    }

    private static IEnumerable<string> Cut(string text)
    {
        for (var start = 0; start < text.Length; start++)
        {
            var end = start;
            while (end < text.Length && char.IsLetterOrDigit(text[end]))
            {
                end++;
            }

            if (end > start)
            {
                yield return text[start..end];
                start = end;
            }
        }
    }

    private static string Squeeze(string text) => string.Concat(text.Where(char.IsLetterOrDigit)).ToLowerInvariant();

    private static bool IsSpaced(string word) => !word.Any(c => TokenTable.Of(c) is TokenClass.Han or TokenClass.Unspaced);
}
