using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using Ziya.Corpus.Filtering;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Deduplication;

/// <summary>Options of <c>dedup_exact</c>.</summary>
public sealed record DedupExactOptions
{
    /// <summary>
    /// What has to be equal: `text` (default); `url`, the web address in `meta.url`, or in `source` where that is one, whose forms for one page are one (`www.`, `http` and `https`, tracking parameters and the like); or `id`, `source`, `meta.NAME`.
    /// The options below do not apply to addresses, and `ignore_case` and the like apply to every other text. A record without it takes no part.
    /// </summary>
    public string Compare { get; init; } = "text";

    /// <summary>Whether texts that differ in upper and lower case only are equal. Default true.</summary>
    public bool IgnoreCase { get; init; } = true;

    /// <summary>Whether full-width and half-width forms, ligatures and other compatible forms are equal (Unicode NFKC). Default true.</summary>
    public bool IgnoreWidth { get; init; } = true;

    /// <summary>Whether every run of white space counts as one space, and none at the ends. Default true.</summary>
    public bool IgnoreSpacing { get; init; } = true;

    /// <summary>Whether letters and digits alone are compared, so that punctuation and white space do not count. A text without any is compared as it is. Default false.</summary>
    public bool IgnorePunctuation { get; init; }

    /// <summary>Which of equal records stays. Default first.</summary>
    public Keep Keep { get; init; } = Keep.First;

    /// <summary>The field that `keep` compares: for `highest` and `lowest` a score, `length`, `scores.NAME` or `meta.NAME`; for `earliest` and `latest` a date such as `meta.date`; for `preferred` a text, by default `source`.</summary>
    public string? By { get; init; }

    /// <summary>For `keep: preferred`: the sources, or values of the text named by `by`, from best to worst. `*` stands for anything.</summary>
    public IReadOnlyList<string>? Prefer { get; init; }

    /// <summary>
    /// Folder of an earlier run whose step of this name compared the same way: its records stay, and what equals one of them goes, whatever `keep` says. What that run was itself compared with counts too. Default none.
    /// </summary>
    public string? Against { get; init; }
}

/// <summary>
/// Drops all but one of the records whose normalised texts, or web addresses, are equal. Texts are compared by their XXH3 hash of 128 bits (Collet,
/// https://github.com/Cyan4973/xxHash): among ten billion texts two that differ share one with a chance of 1.5e-19.
/// </summary>
/// <remarks>
/// <list type="number">
/// <item>Map: normalise the text; note (hash, rank by the rule of `keep`, address, id) of the record. One without text takes no part: there is nothing to be equal.</item>
/// <item>Reduce: of each hash the first in that order stays; the others get a finding with its address, its id and how many they are.</item>
/// <item>Apply: drop what has a finding. The drop names the keeper.</item>
/// </list>
/// Ziya2 (Gan et al. 2023, arXiv:2311.03301) and Dolma find equal addresses with a Bloom filter, which needs the memory for all of them at once and drops some at random that are new. Sorting hashes on disk is exact, names the keeper,
/// lets any of them be it, and needs no more memory for more records: 32 bytes and the id of each on disk.
/// </remarks>
[Step("dedup_exact")]
public sealed class DedupExact(DedupExactOptions options) : GlobalStep<Record>
{
    internal const int HashSize = 16;
    internal const int HeadSize = HashSize + sizeof(ulong) + Address.Size;
    internal static readonly Channel Hashes = new("hashes", Spread.Partitions);

    private readonly KeepRule _rule = new(options.Keep, options.By, options.Prefer);
    private readonly EarlierIndex _earlier = new(options.Against, "dedup_exact", () => Shared(options), Hashes);
    private readonly TextFold _fold = new(options.IgnoreWidth, options.IgnoreCase);
    private char[] _buffer = new char[4096];

    /// <inheritdoc/>
    public override IEnumerable<string> Reads => _rule.Reads;

    /// <inheritdoc/>
    public override IReadOnlyList<Channel> Maps => [Hashes];

    /// <inheritdoc/>
    public override IReadOnlyList<Stage> Stages => [new EqualStage(Findings)];

    /// <inheritdoc/>
    public override IEnumerable<string> Check()
    {
        IEnumerable<string> faults = options.Compare is "text" or "url" or "id" or "source" || options.Compare.StartsWith("meta.", StringComparison.Ordinal)
            ? [] : [$"'compare' is '{options.Compare}'; it can be text, url, id, source or meta.NAME."];
        return _rule.Check().Concat(faults).Concat(_earlier.Faults());
    }

    /// <inheritdoc/>
    public override string Version() => _earlier.Version();

    /// <inheritdoc/>
    public override void Begin(int shard, int shards, IEntryWriter entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        foreach (var entry in _earlier.Entries(Hashes, HeadSize - Address.Size, HashSize, shard, shards))
        {
            entries.Add(Hashes, (int)((ulong)BinaryPrimitives.ReadUInt128BigEndian(entry.Span) % (ulong)entries.Partitions), entry.Span);
        }
    }

    /// <inheritdoc/>
    public override void Map(Record record, Address at, IEntryWriter entries)
    {
        // 1.
        var text = options.Compare switch
        {
            "text" => Normalise(record.Content),
            "url" => UrlForm.Of(record.Meta.GetText("url") ?? WebSource(record.Source)),
            var field => Normalise(RecordField.GetText(record, field) ?? ""),
        };
        if (text.IsEmpty)
        {
            return;
        }

        Span<byte> entry = stackalloc byte[HeadSize + DuplicateFinding.MostIdBytes];
        var hash = XxHash128.HashToUInt128(MemoryMarshal.AsBytes(text));
        BinaryPrimitives.WriteUInt128BigEndian(entry, hash);
        BinaryPrimitives.WriteUInt64BigEndian(entry[HashSize..], _rule.Rank(record));
        at.Write(entry[(HashSize + sizeof(ulong))..]);
        var id = DuplicateFinding.WriteId(record.Id, entry[HeadSize..]);
        entries.Add(Hashes, (int)((ulong)hash % (ulong)entries.Partitions), entry[..(HeadSize + id)]);
    }

    /// <inheritdoc/>
    public override Verdict<Record> Apply(Record record, Address at, ReadOnlySpan<byte> finding) =>
        finding.IsEmpty ? record : DuplicateFinding.ToDrop(finding, "duplicate", options.Against);

    /// <summary>The text as it is compared. Valid until the next one.</summary>
    internal ReadOnlySpan<char> Normalise(string content)
    {
        var text = options.IgnoreWidth || options.IgnoreCase ? _fold.Fold(content) : content;
        if (_buffer.Length < text.Length)
        {
            _buffer = new char[Math.Max(text.Length, 2 * _buffer.Length)];
        }

        var letters = options.IgnorePunctuation ? KeepLetters(text) : 0;
        return letters > 0 ? _buffer.AsSpan(0, letters) : options.IgnoreSpacing ? _buffer.AsSpan(0, JoinSpaces(text)) : text;
    }

    /// <summary>A source that is a web address; others are names of files and crawls, which pages share.</summary>
    private static string? WebSource(string? source) => WebAddress.Read(source, false) is null ? null : source;

    private static Dictionary<string, string> Shared(DedupExactOptions options) => new()
    {
        ["compare"] = options.Compare,
        ["ignore_case"] = options.IgnoreCase ? "true" : "false",
        ["ignore_width"] = options.IgnoreWidth ? "true" : "false",
        ["ignore_spacing"] = options.IgnoreSpacing ? "true" : "false",
        ["ignore_punctuation"] = options.IgnorePunctuation ? "true" : "false",
    };

    private int KeepLetters(ReadOnlySpan<char> text)
    {
        var used = 0;
        foreach (var c in text)
        {
            _buffer[used] = c;
            used += TextUnits.IsLetter(c) ? 1 : 0;
        }

        return used;
    }

    private int JoinSpaces(ReadOnlySpan<char> text)
    {
        var used = 0;
        var space = false;
        foreach (var c in text)
        {
            if (char.IsWhiteSpace(c))
            {
                space = used > 0;
                continue;
            }

            if (space)
            {
                _buffer[used++] = ' ';
                space = false;
            }

            _buffer[used++] = c;
        }

        return used;
    }
}
