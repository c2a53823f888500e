namespace Ziya.Corpus.Reading;

/// <summary>
/// What it would cost to parse a page, found out by looking at its tags alone: how deep they may be nested, and how many elements the rules of HTML may make of them. Unclosed formatting is made anew in every block after it, so
/// that a page of a megabyte can stand for gigabytes of elements.
/// </summary>
internal static class MarkupCost
{
    private const int MostDepth = 1000;
    private const long MostElements = 2_000_000;

    private static readonly HashSet<string> Formatting = new(StringComparer.OrdinalIgnoreCase) { "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u" };

    // Those that hold nothing, or end where the next of their kind begins.
    private static readonly HashSet<string> Flat = new(StringComparer.OrdinalIgnoreCase) { "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr", "p", "li", "td", "tr", "th", "dd", "dt", "option" };

    /// <summary>Whether the page can be parsed in a time and memory that its length justifies.</summary>
    public static bool IsBounded(string html)
    {
        var open = new OpenElements();
        var elements = 0L;
        for (var at = html.IndexOf('<'); at >= 0 && at + 1 < html.Length; at = at < html.Length ? html.IndexOf('<', at) : -1)
        {
            if (MarkupStripper.EndOfRaw(html, at) is { } raw)
            {
                at = raw;
                continue;
            }

            var isEnd = html[at + 1] == '/';
            var from = at + (isEnd ? 2 : 1);
            var to = from;
            while (to < html.Length && (char.IsAsciiLetterOrDigit(html[to]) || html[to] is '-' or ':'))
            {
                to++;
            }

            var name = html.AsSpan(from..to);
            at = to;
            if (name.Length == 0 || !char.IsAsciiLetter(name[0]))
            {
                continue;
            }

            if (isEnd)
            {
                open.Close(name);
            }
            else
            {
                open.Open(name);
                elements += 1 + open.Formatted;
            }

            if (open.Depth > MostDepth || elements > MostElements)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The elements that are open: an end tag ends what is open within its element too, and is nothing where there is no such element.</summary>
    private sealed class OpenElements
    {
        private readonly Dictionary<string, int> _numbers = new(StringComparer.OrdinalIgnoreCase);
        private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _number;
        private readonly List<(int Open, bool IsFormatting, bool IsFlat)> _kinds = [];
        private readonly List<int> _stack = [];
        private readonly Dictionary<int, int> _formatting = [];

        public OpenElements() => _number = _numbers.GetAlternateLookup<ReadOnlySpan<char>>();

        public int Depth => _stack.Count;

        /// <summary>Formatting that lasts, through the ends of blocks too.</summary>
        public int Formatted { get; private set; }

        public void Open(ReadOnlySpan<char> name)
        {
            var number = NumberOf(name);
            var kind = _kinds[number];
            if (kind.IsFormatting)
            {
                _formatting[number] = _formatting.GetValueOrDefault(number) + 1;
                Formatted++;
            }

            if (!kind.IsFlat)
            {
                _stack.Add(number);
                _kinds[number] = kind with { Open = kind.Open + 1 };
            }
        }

        public void Close(ReadOnlySpan<char> name)
        {
            var number = NumberOf(name);
            if (_kinds[number].IsFormatting && _formatting.GetValueOrDefault(number) > 0)
            {
                _formatting[number]--;
                Formatted--;
            }

            // Formatting does not end the blocks in it.
            for (var ends = _kinds[number] is { Open: > 0, IsFormatting: false } || (_stack.Count > 0 && _stack[^1] == number); ends;)
            {
                var last = _stack[^1];
                _stack.RemoveAt(_stack.Count - 1);
                _kinds[last] = _kinds[last] with { Open = _kinds[last].Open - 1 };
                ends = last != number;
            }
        }

        private int NumberOf(ReadOnlySpan<char> name)
        {
            if (!_number.TryGetValue(name, out var number))
            {
                number = _kinds.Count;
                var text = name.ToString();
                _numbers.Add(text, number);
                _kinds.Add((0, Formatting.Contains(text), Flat.Contains(text)));
            }

            return number;
        }
    }
}
