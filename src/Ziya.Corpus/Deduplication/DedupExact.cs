using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Deduplication;

/// <summary>Options of <c>dedup_exact</c>.</summary>
public sealed record DedupExactOptions
{
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

    /// <summary>The number that `keep: highest` and `keep: lowest` compare: a score, `length`, `scores.NAME` or `meta.NAME`.</summary>
    public string? By { get; init; }
}

/// <summary>
/// Drops all but one of the records whose normalised texts are equal. Texts are compared by their XXH3 hash of 128 bits (Collet,
/// https://github.com/Cyan4973/xxHash): among ten billion texts two that differ share one with a chance of 1.5e-19.
/// </summary>
/// <remarks>
/// <list type="number">
/// <item>Map: normalise the text; note (hash, rank by the rule of `keep`, address, id) of the record. One without text takes no part: there is nothing to be equal.</item>
/// <item>Reduce: of each hash the first in that order stays; the others get a finding with its address, its id and how many they are.</item>
/// <item>Apply: drop what has a finding. The drop names the keeper.</item>
/// </list>
/// </remarks>
[Step("dedup_exact")]
public sealed class DedupExact(DedupExactOptions options) : GlobalStep<Record>
{
    internal const int HashSize = 16;
    internal const int HeadSize = HashSize + sizeof(ulong) + Address.Size;
    internal static readonly Channel Hashes = new("hashes", Spread.Partitions);

    private readonly KeepRule _rule = new(options.Keep, options.By);
    private readonly TextFold _fold = new(options.IgnoreWidth, options.IgnoreCase);
    private char[] _buffer = new char[4096];

    /// <inheritdoc/>
    public override IEnumerable<string> Reads => _rule.Reads;

    /// <inheritdoc/>
    public override IReadOnlyList<Channel> Maps => [Hashes];

    /// <inheritdoc/>
    public override IReadOnlyList<Stage> Stages => [new EqualStage(Findings)];

    /// <inheritdoc/>
    public override IEnumerable<string> Check() => _rule.Check();

    /// <inheritdoc/>
    public override void Map(Record record, Address at, IEntryWriter entries)
    {
        // 1.
        var text = Normalise(record.Content);
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
        finding.IsEmpty ? record : DuplicateFinding.ToDrop(finding, "duplicate");

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
