using System.Buffers;
using System.Text.RegularExpressions;

namespace Ziya.Corpus.Filtering;

/// <summary>The lines of a page by the rules of <see cref="C4Quality"/>: which stay, how many sentences they are, and what the page may not have.</summary>
internal sealed partial class C4Lines(C4QualityOptions options)
{
    private const double WordsPerCharacter = 0.6;

    private static readonly string[] Policies = ["terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies", "use cookies"];
    private static readonly SearchValues<string> PolicyPhrases = SearchValues.Create(Policies, StringComparison.OrdinalIgnoreCase);
    private static readonly SearchValues<string> Phrases = SearchValues.Create([.. Policies, "javascript", "lorem ipsum", "{"], StringComparison.OrdinalIgnoreCase);

    private char[] _kept = new char[4096];
    private int _length;
    private int _lines;
    private int _keptLines;

    /// <summary>Whether a line that got so far has the filler text.</summary>
    public bool HasLoremIpsum { get; private set; }

    /// <summary>Whether a line that got so far has a curly bracket.</summary>
    public bool HasCurlyBracket { get; private set; }

    /// <summary>Sentences in the lines that stay; no more are counted than the step asks for, but where it tags.</summary>
    public int Sentences { get; private set; }

    /// <summary>Share of lines, blank ones aside, that stay.</summary>
    public double KeptShare => _lines == 0 ? 0 : (double)_keptLines / _lines;

    /// <summary>The lines that stay. Valid until the next text is read.</summary>
    public ReadOnlySpan<char> Kept => PythonText.Strip(_kept.AsSpan(0, _length));

    /// <summary>Reads a page; up to the line that condemns it, unless <paramref name="all"/> of it is asked for.</summary>
    public void Read(ReadOnlySpan<char> text, bool all)
    {
        (HasLoremIpsum, HasCurlyBracket, Sentences, _length, _lines, _keptLines) = (false, false, 0, 0, 0, 0);
        if (_kept.Length < text.Length)
        {
            _kept = new char[Math.Max(text.Length, 2 * _kept.Length)];
        }

        // Most pages have none of the phrases, and need not be asked about each of them line by line.
        var mayHavePhrase = text.IndexOfAny(Phrases) >= 0;
        var enough = all ? int.MaxValue : options.MinSentences;
        while (!text.IsEmpty && (all || !(HasLoremIpsum || HasCurlyBracket)))
        {
            var line = PythonText.Strip(PythonText.TakeLine(ref text));
            if (!line.IsEmpty)
            {
                _lines++;
                Add(line, mayHavePhrase, enough);
            }
        }
    }

    private void Add(ReadOnlySpan<char> line, bool mayHavePhrase, int enough)
    {
        // 1. A line without a bracket needs no look at its words where it does not end a sentence.
        var hasBracket = options.Citations && line.Contains('[');
        if (!hasBracket && options.TerminalPunctuation && !MayEnd(line[^1]))
        {
            return;
        }

        // A line that ends as English does and is too short for a long word need not be read past its first words.
        var isShort = options.MaxWordLength == 0 || line.Length <= options.MaxWordLength;
        var words = C4Words.Of(line, isShort && !hasBracket && (!options.TerminalPunctuation || EndsEnglish(line)) ? Math.Max(1, options.MinWordsPerLine) : int.MaxValue);
        if (options.MaxWordLength > 0 && words.Longest > options.MaxWordLength)
        {
            return;
        }

        if (hasBracket && Citation().IsMatch(line))
        {
            line = Citation().Replace(line.ToString(), "");
            mayHavePhrase |= line.IndexOfAny(Phrases) >= 0;
        }

        // 2.
        var isUnspaced = words.Unspaced > words.Spaced;
        if ((options.TerminalPunctuation && !Ends(line, isUnspaced)) || words.Spaced + (words.Unspaced * WordsPerCharacter) < options.MinWordsPerLine)
        {
            return;
        }

        // 3 and 4.
        if (mayHavePhrase && IsRefused(line))
        {
            return;
        }

        // 5.
        Sentences += Sentences < enough && !line.IsEmpty ? SentenceCount.Of(line, enough - Sentences) : 0;
        Keep(line);
    }

    private bool IsRefused(ReadOnlySpan<char> line)
    {
        if (options.LoremIpsum && line.Contains("lorem ipsum", StringComparison.OrdinalIgnoreCase))
        {
            HasLoremIpsum = true;
            return true;
        }

        if (options.Javascript && line.Contains("javascript", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        var hasCurlyBracket = options.CurlyBracket && line.Contains('{');
        HasCurlyBracket |= hasCurlyBracket;
        return hasCurlyBracket || (options.Policies && line.IndexOfAny(PolicyPhrases) >= 0);
    }

    private void Keep(ReadOnlySpan<char> line)
    {
        if (_keptLines++ > 0)
        {
            _kept[_length++] = '\n';
        }

        line.CopyTo(_kept.AsSpan(_length));
        _length += line.Length;
    }

    private static bool MayEnd(char last) => last is '.' or '?' or '!' or '"' or '\'' or '。' or '！' or '？' or '｡' or '…' || IsCloser(last);

    private static bool Ends(ReadOnlySpan<char> line, bool isUnspaced) => EndsEnglish(line) || (isUnspaced && EndsUnspaced(line));

    private static bool EndsEnglish(ReadOnlySpan<char> line) => line is [.., '.' or '?' or '!' or '"' or '\''] && !line.EndsWith("...");

    // One … is where a text was cut off, two are Chinese punctuation.
    private static bool EndsUnspaced(ReadOnlySpan<char> line)
    {
        var end = line.Length;
        while (end > 0 && IsCloser(line[end - 1]))
        {
            end--;
        }

        return end > 0 && (line[end - 1] is '。' or '！' or '？' or '｡' || line[..end].EndsWith("……") || (end < line.Length && line[end - 1] is '.' or '?' or '!' or '…'));
    }

    private static bool IsCloser(char c) => c is '”' or '’' or '」' or '』' or '）' or ')' or '》' or '】';

    [GeneratedRegex(@"\[\d*]|\[edit]|\[citation needed]", RegexOptions.CultureInvariant)]
    private static partial Regex Citation();
}
