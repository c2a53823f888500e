using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Ziya.Corpus.Filtering;

/// <summary>Finds the lines and paragraphs that a text says again. Blank ones do not count; white space around one does not make it another.</summary>
internal sealed class LineRepetition
{
    // Clearing a set costs what it once held: the sets of a book are not kept for the pages after it.
    private const int MostKept = 1024;

    private HashSet<ulong> _seenLines = [];
    private HashSet<ulong> _seenParagraphs = [];

    /// <summary>Share of lines that stood before.</summary>
    public double Lines { get; private set; }

    /// <summary>Share of characters in such lines.</summary>
    public double LineCharacters { get; private set; }

    /// <summary>Share of paragraphs that stood before.</summary>
    public double Paragraphs { get; private set; }

    /// <summary>Share of characters in such paragraphs.</summary>
    public double ParagraphCharacters { get; private set; }

    /// <summary>Takes a text.</summary>
    public void Read(ReadOnlySpan<char> text)
    {
        Forget(ref _seenLines);
        Forget(ref _seenParagraphs);
        var lines = default(Tally);
        var paragraphs = default(Tally);

        // A paragraph is known by the hash of its lines' hashes.
        var (paragraph, length) = (0UL, 0);
        for (var start = 0; start < text.Length;)
        {
            var found = text[start..].IndexOf('\n');
            var end = found < 0 ? text.Length : start + found;
            var line = text[start..end].Trim();
            start = end + 1;
            if (!line.IsEmpty)
            {
                var hash = XxHash3.HashToUInt64(MemoryMarshal.AsBytes(line));
                lines.Add(line.Length, _seenLines.Add(hash));
                paragraph = ((paragraph ^ hash) * 0x9E3779B97F4A7C15) + 1;
                length += line.Length;
            }

            if (length > 0 && (line.IsEmpty || start >= text.Length))
            {
                paragraphs.Add(length, _seenParagraphs.Add(paragraph));
                (paragraph, length) = (0, 0);
            }
        }

        (Lines, LineCharacters) = lines.Shares();
        (Paragraphs, ParagraphCharacters) = paragraphs.Shares();
    }

    private static void Forget(ref HashSet<ulong> seen)
    {
        if (seen.Count > MostKept)
        {
            seen = [];
        }
        else
        {
            seen.Clear();
        }
    }

    private struct Tally
    {
        private int _all;
        private int _allCharacters;
        private int _repeated;
        private int _repeatedCharacters;

        public void Add(int characters, bool isNew)
        {
            _all++;
            _allCharacters += characters;
            _repeated += isNew ? 0 : 1;
            _repeatedCharacters += isNew ? 0 : characters;
        }

        public readonly (double Count, double Characters) Shares() =>
            _all == 0 ? (0, 0) : ((double)_repeated / _all, (double)_repeatedCharacters / _allCharacters);
    }
}
