using System.Buffers.Binary;
using System.ComponentModel.DataAnnotations;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Deduplication;

/// <summary>Options of <c>dedup_lines</c>.</summary>
public sealed record DedupLinesOptions
{
    /// <summary>What is compared: `line` (default), `paragraph` or `sentence`.</summary>
    public SpanUnit Unit { get; init; } = SpanUnit.Line;

    /// <summary>How many of them in a row have to be equal. Default 3 for sentences, as in C4, and 1 otherwise. 1 to 64.</summary>
    [Range(1, 64)]
    public int? Span { get; init; }

    /// <summary>Letters, digits and Chinese characters that a span must have to be compared. 1 (default) compares all that CCNet does; more spares short lines such as headings. 1 to 100000.</summary>
    [Range(1, 100_000)]
    public int MinLetters { get; init; } = 1;

    /// <summary>Words of English, or characters of Chinese, that must be left of a record that lost something; otherwise it is dropped. Default 50, 0 to 1000000.</summary>
    [Range(0, 1_000_000)]
    public int MinWords { get; init; } = 50;

    /// <summary>Sentences that must be left of a record that lost something. Default 0; C4 has 3. 0 to 1000000.</summary>
    [Range(0, 1_000_000)]
    public int MinSentences { get; init; }

    /// <summary>Least share of the text that must be left of a record that lost something. Default 0; 0 to 1.</summary>
    [Range(0.0, 1.0)]
    public double MinShare { get; init; }

    /// <summary>Whether what was taken out is told in the `meta` of the record: the first eight passages, 80 characters of each, and where each still stands. Default true.</summary>
    public bool Note { get; init; } = true;
}

/// <summary>
/// Takes lines, paragraphs or runs of sentences out of documents that stood earlier in the corpus, in the same document or another: navigation, notices, quotations. The first occurrence, in the order of the
/// input, always stays. Writes the share of the text that went as `removed`.
/// </summary>
/// <remarks>
/// Lines and paragraphs as in CCNet (Wenzek et al. 2019, arXiv:1911.00359, section 3.1: lower case, digits as 0, no punctuation, hashes of 64 bits); three sentences in a row as in C4 (Raffel et al. 2019,
/// arXiv:1910.10683, section 2.2). Here spacing and width do not count either, so that Chinese lines compare as English ones do, and nothing is compared that has no letter. Among a billion different spans about one in forty such runs has two of one hash.
/// <list type="number">
/// <item>Map: cut the text (<see cref="SpanCutter"/>), hash each run of spans (<see cref="SpanFold"/>); note (hash, address, number of the span), 20 bytes, and the id once.</item>
/// <item>seen: the first of each hash stays; the others are told to the record it is in.</item>
/// <item>name: and from there, with its id, to their own.</item>
/// <item>tell: one finding a record: a bit for each span that goes, and where the first eight passages of them stand.</item>
/// <item>Apply: take out what was seen. <c>seen_before</c>: nothing is left. <c>too_little_left</c>: less than the options ask for. A record that loses nothing always stays.</item>
/// </list>
/// Every span that goes stands at an earlier place in the order of the input, and the earliest such place goes for none.
/// </remarks>
[Step("dedup_lines")]
public sealed class DedupLines(DedupLinesOptions options) : GlobalStep<Document>
{
    internal const int SpanSize = sizeof(ulong) + Address.Size + sizeof(int);
    internal const int SeenSize = Address.Size + 1 + Address.Size + sizeof(int) + sizeof(int);
    internal static readonly Channel Spans = new("spans", Spread.Partitions);
    internal static readonly Channel Ids = new("ids", Spread.ByShard);
    internal static readonly Channel Seen = new("seen", Spread.ByShard);
    internal static readonly Channel Named = new("named", Spread.Partitions);

    private const int MostNoted = 80;
    private const int DefaultSentences = 3;

    private readonly int _run = options.Span ?? (options.Unit == SpanUnit.Sentence ? DefaultSentences : 1);
    private readonly SpanFold _fold = new();
    private readonly List<int> _starts = [];
    private readonly List<(int Piece, ulong Hash, int Letters)> _pieces = [];

    /// <inheritdoc/>
    public override IEnumerable<string> Writes => ["removed"];

    /// <inheritdoc/>
    public override IReadOnlyList<Channel> Maps => [Spans, Ids];

    /// <inheritdoc/>
    public override IReadOnlyList<Stage> Stages => [new SeenStage(), new NameKeeperStage(), new TellSpansStage(Findings)];

    /// <inheritdoc/>
    public override void Map(Document record, Address at, IEntryWriter entries)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(entries);

        // 1.
        Cut(record.Text);
        Span<byte> entry = stackalloc byte[SpanSize];
        var any = false;
        at.Write(entry[sizeof(ulong)..]);
        for (var i = 0; i + _run <= _pieces.Count; i++)
        {
            if (TryHash(i, out var hash))
            {
                BinaryPrimitives.WriteUInt64BigEndian(entry, hash);
                BinaryPrimitives.WriteInt32BigEndian(entry[(SpanSize - sizeof(int))..], i);
                entries.Add(Spans, (int)(hash % (ulong)entries.Partitions), entry);
                any = true;
            }
        }

        if (any)
        {
            Span<byte> id = stackalloc byte[Address.Size + 1 + DuplicateFinding.MostIdBytes];
            at.Write(id);
            id[Address.Size] = 0;
            entries.Add(Ids, at.Shard, id[..(Address.Size + 1 + DuplicateFinding.WriteId(record.Id, id[(Address.Size + 1)..]))]);
        }
    }

    /// <inheritdoc/>
    public override Verdict<Document> Apply(Document record, Address at, ReadOnlySpan<byte> finding)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (finding.IsEmpty)
        {
            return record;
        }

        // 5.
        Cut(record.Text);
        var text = Without(record.Text, finding);
        var removed = Math.Round(1 - ((double)text.Length / record.Text.Length), 4);
        var notes = SpanFinding.Notes(finding, span => TextOf(record.Text, span));
        if (text.Length == 0 || IsTooLittle(text, 1 - removed))
        {
            return new Drop(text.Length == 0 ? "seen_before" : "too_little_left", Detail(notes, removed));
        }

        var meta = options.Note ? record.Meta.WithJson($"removed_{options.Unit.ToString().ToLowerInvariant()}s", Encoding.UTF8.GetBytes(notes.ToJsonString())) : record.Meta;
        return record with { Text = text, Scores = record.Scores.With("removed", removed), Meta = meta };
    }

    private static JsonObject Detail(JsonArray notes, double removed) => new()
    {
        ["keeper_id"] = notes[0]!["keeper_id"]!.DeepClone(),
        ["keeper_at"] = notes[0]!["keeper_at"]!.DeepClone(),
        ["removed"] = removed,
        ["passages"] = notes,
    };

    /// <summary>Cuts the text into pieces, and hashes those with letters.</summary>
    private void Cut(string text)
    {
        SpanCutter.Cut(text, options.Unit, _starts);
        _pieces.Clear();
        for (var i = 0; i < _starts.Count; i++)
        {
            if (_fold.TryHash(Piece(text, i), out var hash, out var letters))
            {
                _pieces.Add((i, hash, letters));
            }
        }
    }

    private ReadOnlySpan<char> Piece(string text, int piece) => text.AsSpan(_starts[piece]..(piece + 1 < _starts.Count ? _starts[piece + 1] : text.Length));

    /// <summary>The hash of a run of pieces; false where it is too short.</summary>
    private bool TryHash(int from, out ulong hash)
    {
        Span<ulong> hashes = stackalloc ulong[_run];
        var letters = 0;
        for (var i = 0; i < _run; i++)
        {
            hashes[i] = _pieces[from + i].Hash;
            letters += _pieces[from + i].Letters;
        }

        hash = _run == 1 ? hashes[0] : XxHash3.HashToUInt64(MemoryMarshal.AsBytes(hashes));
        return letters >= options.MinLetters;
    }

    private string TextOf(string text, int span) => Excerpt.Of(Piece(text, _pieces[span].Piece).Trim().ToString(), MostNoted);

    /// <summary>The text without the runs that were seen. Of the white space around what goes the widest break stays.</summary>
    private string Without(string text, ReadOnlySpan<byte> finding)
    {
        var goes = new bool[_starts.Count];
        for (var i = 0; i + _run <= _pieces.Count; i++)
        {
            if (SpanFinding.IsSeen(finding, i))
            {
                goes.AsSpan(_pieces[i].Piece..(_pieces[i + _run - 1].Piece + 1)).Fill(true);
            }
        }

        var left = new StringBuilder(text.Length);
        ReadOnlySpan<char> gap = [];
        for (var i = 0; i < goes.Length; i++)
        {
            var piece = Piece(text, i);
            var body = piece.TrimEnd();
            var own = piece[body.Length..];
            if (!goes[i])
            {
                left.Append(left.Length > 0 ? gap : []).Append(body);
                gap = own;
            }
            else if (own.Count('\n') > gap.Count('\n'))
            {
                gap = own;
            }
        }

        return left.Append(goes[^1] ? [] : gap).ToString();
    }

    private bool IsTooLittle(string text, double share) => share < options.MinShare
        || (options.MinWords > 0 && TextUnits.Count(text, options.MinWords) < options.MinWords)
        || (options.MinSentences > 0 && SpanCutter.CountSentences(text) < options.MinSentences);
}
