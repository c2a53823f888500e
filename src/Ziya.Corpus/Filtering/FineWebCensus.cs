using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Ziya.Corpus.Filtering;

/// <summary>What the rules of <see cref="FineWebQuality"/> count of a text, line by line. Lengths are of code points.</summary>
internal sealed class FineWebCensus
{
    private const double WordsPerCharacter = 1 / 1.6;
    private const int Glance = 4096;

    // Clearing a set costs what it once held: that of a book is not kept for the pages after it.
    private const int MostKept = 1024;

    private HashSet<ulong> _seen = [];

    /// <summary>Lines that are not blank.</summary>
    public int Lines { get; private set; }

    /// <summary>Lines of those that end in a mark that ends sentences.</summary>
    public int Ended { get; private set; }

    /// <summary>Short lines of those.</summary>
    public int Short { get; private set; }

    /// <summary>Characters of those that stood before.</summary>
    public long Repeated { get; private set; }

    /// <summary>Line feeds.</summary>
    public int LineEnds { get; private set; }

    /// <summary>All characters but line feeds.</summary>
    public long Characters { get; private set; }

    /// <summary>Counts a text.</summary>
    public void Read(ReadOnlySpan<char> text, int shortLine)
    {
        (Lines, Ended, Short, Repeated, LineEnds, Characters) = (0, 0, 0, 0, 0, 0);
        var hasPairs = text.IndexOfAnyInRange('\ud800', '\udfff') >= 0;
        Forget();
        for (var more = true; more;)
        {
            var end = text.IndexOf('\n');
            more = end >= 0;
            var line = more ? text[..end] : text;
            text = more ? text[(end + 1)..] : [];
            LineEnds += more ? 1 : 0;
            var length = hasPairs ? PythonText.Length(line) : line.Length;
            Characters += length;
            if (length > 0 && !PythonText.Strip(line).IsEmpty)
            {
                Add(line, length, shortLine);
            }
        }
    }

    /// <summary>Whether most of the beginning of a text is written without spaces.</summary>
    public static bool IsUnspaced(ReadOnlySpan<char> text)
    {
        var (unspaced, letters) = (0, 0);
        foreach (var c in text[..Math.Min(text.Length, Glance)])
        {
            var kind = TokenTable.Of(c);
            unspaced += kind is TokenClass.Han or TokenClass.Unspaced ? 1 : 0;
            letters += kind == TokenClass.Letter ? 1 : 0;
        }

        return unspaced * 3 > letters;
    }

    /// <summary>Words and signs of a text; no more are counted than <paramref name="enough"/>.</summary>
    public static double Words(ReadOnlySpan<char> text, double enough)
    {
        var words = 0.0;
        var inWord = false;
        foreach (var c in text)
        {
            var kind = TokenTable.Of(c);
            if (kind is TokenClass.Letter or TokenClass.Digit || c == '_')
            {
                words += inWord ? 0 : 1;
                inWord = true;
                continue;
            }

            inWord = false;
            words += kind is TokenClass.Han or TokenClass.Unspaced ? WordsPerCharacter : PythonText.IsSpace(c) || char.IsLowSurrogate(c) ? 0 : 1;
            if (words > enough)
            {
                break;
            }
        }

        return words;
    }

    private void Add(ReadOnlySpan<char> line, int length, int shortLine)
    {
        Lines++;
        Ended += SentenceMarks.EndsIn(line) ? 1 : 0;
        Short += length <= shortLine ? 1 : 0;
        Repeated += _seen.Add(XxHash3.HashToUInt64(MemoryMarshal.AsBytes(line))) ? 0 : length;
    }

    private void Forget()
    {
        if (_seen.Count > MostKept)
        {
            _seen = [];
        }
        else
        {
            _seen.Clear();
        }
    }
}
