using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Ziya.Corpus.Filtering;

/// <summary>
/// Domains and beginnings of URLs, as sorted hashes of 64 bits: eight bytes an entry, whatever its length. Reads plain lists, hosts files and the entries of filter lists for ad blockers that mean
/// whole domains or pages.
/// </summary>
internal sealed class AddressList
{
    private static readonly HashSet<string> LocalNames = ["localhost", "localhost.localdomain", "local", "broadcasthost", "ip6-localhost", "ip6-loopback", "ip6-localnet", "ip6-mcastprefix", "ip6-allnodes", "ip6-allrouters", "ip6-allhosts", "0.0.0.0"];

    // What narrows a rule of an ad blocker to parts of pages, or to some pages: such a rule says nothing against the site.
    private static readonly string[] Narrowing = ["domain=", "script", "image", "stylesheet", "xmlhttprequest", "subdocument", "object", "font", "media", "websocket", "ping", "other", "~third-party", "1p", "first-party", "removeparam", "csp", "redirect", "badfilter", "elemhide", "generichide", "genericblock"];

    private readonly List<ulong> _domains = [];
    private readonly List<ulong> _paths = [];
    private ulong[] _sortedDomains = [];
    private ulong[] _sortedPaths = [];

    /// <summary>What filter lists except from their rules; null where nothing is.</summary>
    public AddressList? Exceptions { get; private set; }

    /// <summary>Entries taken.</summary>
    public int Count => _domains.Count + _paths.Count + (Exceptions?.Count ?? 0);

    /// <summary>Lines that are no comment and were not taken: parts of pages, patterns within addresses.</summary>
    public int PassedOver { get; private set; }

    /// <summary>A list of what is written in a job and in files.</summary>
    public static AddressList Of(IEnumerable<string> entries, IEnumerable<string> files)
    {
        var list = new AddressList();
        foreach (var entry in entries.Concat(files.SelectMany(file => ListFile.Lines(file).Select(line => line.Line))))
        {
            list.AddLine(entry);
        }

        list.Sort();
        return list;
    }

    /// <summary>The entry that an address falls under, the narrowest: the domain or one above it, or the beginning of the URL; null if none.</summary>
    public string? Find(in WebAddress address)
    {
        for (var at = 0; at >= 0 && at < address.Host.Length; at = address.Host.IndexOf('.', at) is var dot and >= 0 ? dot + 1 : -1)
        {
            if (Has(_sortedDomains, address.Host.AsSpan(at)))
            {
                return address.Host[at..];
            }
        }

        return _sortedPaths.Length == 0 ? null : FindPath(address);
    }

    private string? FindPath(in WebAddress address)
    {
        const string Boundaries = "/?&";
        var whole = address.Host + address.Path;
        for (var end = whole.Length; end > address.Host.Length; end = whole.AsSpan(0, end).LastIndexOfAny(Boundaries))
        {
            if (Has(_sortedPaths, whole.AsSpan(0, end).TrimEnd('/')))
            {
                return whole[..end];
            }
        }

        return null;
    }

    private void AddLine(string line)
    {
        // A comment, or the title of a filter list.
        if (line[0] is '#' or '!' || (line[0] == '[' && !line.Contains(':', StringComparison.Ordinal)))
        {
            return;
        }

        if (line.StartsWith("@@", StringComparison.Ordinal))
        {
            Exceptions ??= new AddressList();
            PassedOver += Exceptions.AddRule(line.AsSpan(2)) ? 0 : 1;
        }
        else if (line.StartsWith("||", StringComparison.Ordinal) || line.Contains("##", StringComparison.Ordinal) || line.Contains('^', StringComparison.Ordinal) || line.Contains('$', StringComparison.Ordinal))
        {
            PassedOver += AddRule(line) ? 0 : 1;
        }
        else
        {
            AddHosts(line);
        }
    }

    /// <summary>A rule of an ad blocker; whether it means a whole domain or page.</summary>
    private bool AddRule(ReadOnlySpan<char> rule)
    {
        if (!rule.StartsWith("||") || rule.Contains("##", StringComparison.Ordinal) || rule.Contains("#@#", StringComparison.Ordinal))
        {
            return false;
        }

        rule = rule[2..];
        var dollar = rule.LastIndexOf('$');
        if (dollar >= 0)
        {
            foreach (var option in rule[(dollar + 1)..].ToString().Split(','))
            {
                if (Array.Exists(Narrowing, word => option.StartsWith(word, StringComparison.Ordinal)))
                {
                    return false;
                }
            }

            rule = rule[..dollar];
        }

        rule = rule.TrimEnd('^').TrimEnd('|').TrimEnd('^');
        return rule.IndexOfAny("*^|") < 0 && Add(rule);
    }

    /// <summary>A line of a hosts file or of a plain list.</summary>
    private void AddHosts(string line)
    {
        var comment = line.IndexOf(" #", StringComparison.Ordinal);
        var words = (comment < 0 ? line : line[..comment]).Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        var isHosts = words.Length > 1 && System.Net.IPAddress.TryParse(words[0], out _);
        if (words.Length > 1 && !isHosts)
        {
            PassedOver++;
            return;
        }

        foreach (var word in isHosts ? words[1..] : words)
        {
            PassedOver += LocalNames.Contains(word) || (!word.EndsWith('.') && Add(word.AsSpan().StartsWith("*.") ? word.AsSpan(2) : word)) ? 0 : 1;
        }
    }

    private bool Add(ReadOnlySpan<char> entry)
    {
        if (WebAddress.Read(entry, true) is not { } address || !(address.Host.Contains('.', StringComparison.Ordinal) ? IsHost(address.Host) : address.Host.StartsWith('[') || IsTop(address.Host)))
        {
            return false;
        }

        var isDomain = address.Path.Trim('/').Length == 0;
        (isDomain ? _domains : _paths).Add(Hash(isDomain ? address.Host : (address.Host + address.Path).AsSpan().TrimEnd('/')));
        return true;
    }

    // Lists for ad blockers have bare lines that are parts of addresses (-ad-banner. or _ads.js), and would block sites as domains.
    private static bool IsHost(string host) => host.Split('.').All(label => label.Length is > 0 and <= 63 && char.IsAsciiLetterOrDigit(label[0]) && char.IsAsciiLetterOrDigit(label[^1])
        && label.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'));

    // A domain of the first level, such as xxx.
    private static bool IsTop(string host) => host.Length is >= 2 and <= 63 && (host.StartsWith("xn--", StringComparison.Ordinal) ? IsHost(host) : host.All(char.IsAsciiLetter));

    private void Sort()
    {
        Exceptions?.Sort();
        (_sortedDomains, _sortedPaths) = ([.. _domains.Distinct().Order()], [.. _paths.Distinct().Order()]);
    }

    private static bool Has(ulong[] sorted, ReadOnlySpan<char> entry) => sorted.Length > 0 && Array.BinarySearch(sorted, Hash(entry)) >= 0;

    private static ulong Hash(ReadOnlySpan<char> entry) => XxHash3.HashToUInt64(MemoryMarshal.AsBytes(entry));
}
