using System.Buffers;

namespace Ziya.Corpus.Cleaning;

/// <summary>
/// Dictionaries that are looked into together: at each place the first of them that knows what stands there decides, with the longest it knows (OpenCC's forward maximum matching).
/// </summary>
internal sealed class VariantGroup
{
    // Below lies nothing that any dictionary changes, so that English is passed over sixteen characters at a time.
    private const char FirstHan = '\u2e80';

    private const byte NoDictionary = byte.MaxValue;

    private readonly char[] _single = new char[1 << 16];
    private readonly byte[] _singleOf = new byte[1 << 16];
    private readonly byte[] _longest = new byte[1 << 16];

    // A bit for each of the second characters of what begins with a character, by their last six bits: most phrases are ruled out by it.
    private readonly ulong[] _second = new ulong[1 << 16];
    private readonly Dictionary<string, (string To, byte Of)> _several = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string To, byte Of)>.AlternateLookup<ReadOnlySpan<char>> _lookup;

    /// <param name="dictionaries">The dictionaries, those that decide first before the others.</param>
    public VariantGroup(IEnumerable<IReadOnlyList<(string From, string To)>> dictionaries)
    {
        _lookup = _several.GetAlternateLookup<ReadOnlySpan<char>>();
        Array.Fill(_singleOf, NoDictionary);
        for (var i = 0; i < _single.Length; i++)
        {
            _single[i] = (char)i;
        }

        foreach (var (number, entries) in dictionaries.Index())
        {
            foreach (var (from, to) in entries)
            {
                Add((byte)number, from, to);
            }
        }
    }

    private void Add(byte dictionary, string from, string to)
    {
        if (from.Length > 1 || to.Length > 1)
        {
            _several.TryAdd(from, (to, dictionary));
            _longest[from[0]] = Math.Max(_longest[from[0]], (byte)from.Length);
            _second[from[0]] |= from.Length == 1 ? ulong.MaxValue : 1UL << (from[1] % 64);
        }
        else if (_singleOf[from[0]] == NoDictionary)
        {
            (_single[from[0]], _singleOf[from[0]]) = (to[0], dictionary);
        }
    }

    /// <summary>The text with what the dictionaries know replaced; the same string where that is nothing.</summary>
    public string Convert(string text)
    {
        var first = Next(text, 0);
        while (first < text.Length && Match(text.AsSpan(first)) is (var same, var length) && text.AsSpan(first, length).SequenceEqual(same.Span))
        {
            first = Next(text, first + length);
        }

        return first == text.Length ? text : ConvertFrom(text, first);
    }

    private string ConvertFrom(string text, int first)
    {
        // A replacement is seldom longer, never by more than a few characters; the writer grows when it is.
        var result = new ArrayBufferWriter<char>(text.Length + 16);
        result.Write(text.AsSpan(0, first));
        for (var at = first; at < text.Length;)
        {
            var (to, length) = Match(text.AsSpan(at));
            result.Write(to.Span);
            at += length;
            var next = Next(text, at);
            result.Write(text.AsSpan(at..next));
            at = next;
        }

        return new string(result.WrittenSpan);
    }

    /// <summary>The next place where something may have to be replaced.</summary>
    private int Next(string text, int from)
    {
        while (from < text.Length)
        {
            var c = text[from];
            if (c < FirstHan)
            {
                var skip = text.AsSpan(from).IndexOfAnyExceptInRange('\0', (char)(FirstHan - 1));
                from = skip < 0 ? text.Length : from + skip;
            }
            else if (_single[c] == c && (_longest[c] == 0 || !MayBegin(text, from)))
            {
                from++;
            }
            else
            {
                break;
            }
        }

        return from;
    }

    private bool MayBegin(string text, int at) => ((_second[text[at]] >> (at + 1 < text.Length ? text[at + 1] % 64 : 0)) & 1) != 0;

    /// <summary>What the beginning of a text becomes, and how much of it.</summary>
    private (ReadOnlyMemory<char> To, int Length) Match(ReadOnlySpan<char> text)
    {
        (ReadOnlyMemory<char> To, int Length, byte Of) best = (_single.AsMemory(text[0], 1), 1, _singleOf[text[0]]);
        for (var length = Math.Min(_longest[text[0]], text.Length); length > 0; length--)
        {
            if (_lookup.TryGetValue(text[..length], out var found) && (found.Of < best.Of || (found.Of == best.Of && length > best.Length)))
            {
                best = (found.To.AsMemory(), length, found.Of);
            }
        }

        return (best.To, best.Length);
    }
}
