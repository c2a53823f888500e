namespace Ziya.Corpus.Filtering;

/// <summary>The phrases of a <see cref="Sensitive"/>: which topic each belongs to, and which make others harmless. Made once, read by all tasks.</summary>
internal sealed class SensitivePhrases
{
    private const int Harmless = -1;
    private const int Part = 4096;

    private readonly List<string> _phrases = [];

    // Of each phrase its topic, or several where lists share one.
    private readonly List<List<int>> _topics = [];
    private readonly PhraseAutomaton _automaton;
    private readonly int _longest;

    public SensitivePhrases(SensitiveOptions options)
    {
        var index = new Dictionary<string, int>();
        var topic = 0;
        foreach (var files in options.Topics.Values)
        {
            Add(index, files.SelectMany(Read), topic++);
        }

        Add(index, options.Allow.SelectMany(Read), Harmless);
        _automaton = new PhraseAutomaton(_phrases);
        _longest = _automaton.Longest;
    }

    /// <summary>The phrases of a file: one a line, up to a tab; <c>#</c> begins a comment.</summary>
    public static IEnumerable<string> Read(string file) => ListFile.Lines(file).Select(line => line.Line).Where(line => line[0] != '#')
        .Select(line => PhraseFold.Of(line.Split('\t')[0].Trim())).Where(phrase => phrase.Length > 0);

    /// <summary>A phrase as it is compared.</summary>
    public string this[int phrase] => _phrases[phrase];

    /// <summary>The topics of a phrase.</summary>
    public IReadOnlyList<int> TopicsOf(int phrase) => _topics[phrase];

    /// <summary>
    /// Finds the phrases of a text that mean something: English ones between words only, none within a phrase that makes it harmless, and of those that overlap in one topic the first and longest.
    /// </summary>
    public void Find(ReadOnlySpan<char> text, List<PhraseHit> hits, List<PhraseHit> spare)
    {
        hits.Clear();
        spare.Clear();
        Span<int> ends = stackalloc int[MostTopics];
        ends.Clear();
        var (state, harmlessUntil) = (0, 0);
        for (var from = 0; from < text.Length; from += Part)
        {
            // Part by part, because a text of nothing but one phrase in another has several times as many of them as characters.
            var to = Math.Min(text.Length, from + Part);
            state = _automaton.Find(text, from, to, state, spare);
            if (spare.Count > 0)
            {
                Settle(text, to == text.Length ? int.MaxValue : to - _longest, hits, spare, ends, ref harmlessUntil);
            }
        }
    }

    /// <summary>Decides about what starts before a place, of which nothing longer can come any more.</summary>
    private void Settle(ReadOnlySpan<char> text, int before, List<PhraseHit> hits, List<PhraseHit> spare, Span<int> ends, ref int harmlessUntil)
    {
        // By start, longest first: then what lies in another comes after it.
        spare.Sort((a, b) => a.Start != b.Start ? a.Start.CompareTo(b.Start) : a.End != b.End ? b.End.CompareTo(a.End) : a.Phrase.CompareTo(b.Phrase));
        var settled = 0;
        for (; settled < spare.Count && spare[settled].Start < before; settled++)
        {
            var hit = spare[settled];
            if (!IsWhole(text, hit))
            {
                continue;
            }

            if (_topics[hit.Phrase].Contains(Harmless))
            {
                harmlessUntil = Math.Max(harmlessUntil, hit.End);
            }
            else if (hit.End > harmlessUntil && IsNew(hit, ends))
            {
                hits.Add(hit);
            }
        }

        spare.RemoveRange(0, settled);
    }

    /// <summary>Most topics of a step.</summary>
    public const int MostTopics = 64;

    private bool IsNew(in PhraseHit hit, Span<int> ends)
    {
        var isNew = false;
        foreach (var topic in _topics[hit.Phrase])
        {
            isNew |= hit.Start >= ends[topic];
            ends[topic] = hit.Start >= ends[topic] ? hit.End : ends[topic];
        }

        return isNew;
    }

    /// <summary>Where a phrase begins or ends with a letter of a script with spaces, or a digit, a word begins or ends there.</summary>
    private static bool IsWhole(ReadOnlySpan<char> text, in PhraseHit hit) =>
        !(hit.Start > 0 && IsWordPart(text[hit.Start]) && IsWordPart(text[hit.Start - 1])) && !(hit.End < text.Length && IsWordPart(text[hit.End - 1]) && IsWordPart(text[hit.End]));

    private static bool IsWordPart(char c) => TokenTable.Of(c) is TokenClass.Letter or TokenClass.Digit;

    private void Add(Dictionary<string, int> index, IEnumerable<string> phrases, int topic)
    {
        foreach (var phrase in phrases)
        {
            if (!index.TryGetValue(phrase, out var at))
            {
                index[phrase] = at = _phrases.Count;
                _phrases.Add(phrase);
                _topics.Add([]);
            }

            if (!_topics[at].Contains(topic))
            {
                _topics[at].Add(topic);
            }
        }
    }
}
