namespace Ziya.Corpus.Filtering;

/// <summary>A phrase found in a text.</summary>
/// <param name="Phrase">Which one, by its place in the list.</param>
/// <param name="Start">Where it starts.</param>
/// <param name="End">Where it has ended.</param>
internal readonly record struct PhraseHit(int Phrase, int Start, int End);

/// <summary>
/// Finds any number of phrases in one pass over a text (Aho and Corasick, "Efficient string matching", CACM 1975). Characters are compared as <see cref="PhraseFold"/> has them. A state takes about 30 bytes: its ways on
/// lie in one table of (state, character), where it falls back to in arrays; only the first character has a table of its own, since most places of a text start nothing.
/// </summary>
internal sealed class PhraseAutomaton
{
    private const ulong Mixer = 0x9E3779B97F4A7C15;
    private const ulong Free = ulong.MaxValue;

    // By character as it stands in texts, not folded: the one look-up that every character costs.
    private readonly int[] _first = new int[char.MaxValue + 1];
    private readonly int[] _fails;
    private readonly int[] _phrases;
    private readonly int[] _shorter;
    private readonly int[] _lengths;
    private ulong[] _keys = new ulong[64];
    private int[] _ways = new int[64];
    private int _count;

    /// <summary>Makes the automaton of some phrases, each once.</summary>
    /// <param name="phrases">The phrases, folded and not empty.</param>
    public PhraseAutomaton(IReadOnlyList<string> phrases)
    {
        var most = phrases.Sum(phrase => phrase.Length) + 1;
        (_fails, _phrases, _shorter) = (new int[most], new int[most], new int[most]);
        Array.Fill(_phrases, -1);
        Array.Fill(_keys, Free);
        _lengths = [.. phrases.Select(phrase => phrase.Length)];
        for (var i = 0; i < phrases.Count; i++)
        {
            Add(phrases[i], i);
        }

        Connect(phrases);
        for (var c = 0; c <= char.MaxValue; c++)
        {
            _first[c] = Way(0, PhraseFold.Of((char)c));
        }
    }

    /// <summary>States, for what it costs.</summary>
    public int States { get; private set; } = 1;

    /// <summary>Characters of the longest phrase.</summary>
    public int Longest => _lengths.Length == 0 ? 0 : _lengths.Max();

    /// <summary>Adds all that is found, overlapping phrases and phrases in phrases too, by where they end.</summary>
    public void Find(ReadOnlySpan<char> text, List<PhraseHit> hits) => Find(text, 0, text.Length, 0, hits);

    /// <summary>As above, of what ends in a part of the text, going on from the state that the part before it ended in; the state it ends in.</summary>
    public int Find(ReadOnlySpan<char> text, int from, int to, int state, List<PhraseHit> hits)
    {
        for (var i = from; i < to; i++)
        {
            if (state == 0)
            {
                state = _first[text[i]];
                if (state == 0)
                {
                    continue;
                }
            }
            else
            {
                state = Next(state, text[i]);
            }

            for (var at = _phrases[state] >= 0 ? state : _shorter[state]; at > 0; at = _shorter[at])
            {
                hits.Add(new PhraseHit(_phrases[at], i + 1 - _lengths[_phrases[at]], i + 1));
            }
        }

        return state;
    }

    private int Next(int state, char c)
    {
        var folded = PhraseFold.Of(c);
        while (state > 0)
        {
            if (Way(state, folded) is > 0 and var next)
            {
                return next;
            }

            state = _fails[state];
        }

        return _first[c];
    }

    private void Add(string phrase, int index)
    {
        var state = 0;
        foreach (var c in phrase)
        {
            var next = Way(state, c);
            if (next == 0)
            {
                next = States++;
                SetWay(state, c, next);
            }

            state = next;
        }

        _phrases[state] = index;
    }

    /// <summary>Finds of each state the longest other one that ends it, shorter phrases first; and the next of those that is a phrase.</summary>
    private void Connect(IReadOnlyList<string> phrases)
    {
        var states = new int[phrases.Count];
        var open = true;
        for (var depth = 0; open; depth++)
        {
            open = false;
            for (var i = 0; i < phrases.Count; i++)
            {
                if (depth < phrases[i].Length)
                {
                    open = true;
                    states[i] = Connect(states[i], phrases[i][depth], depth);
                }
            }
        }
    }

    private int Connect(int parent, char c, int depth)
    {
        var state = Way(parent, c);
        if (depth > 0 && _fails[state] == 0)
        {
            var at = _fails[parent];
            while (at > 0 && Way(at, c) == 0)
            {
                at = _fails[at];
            }

            var fail = Way(at, c);
            _fails[state] = fail;
            _shorter[state] = _phrases[fail] >= 0 ? fail : _shorter[fail];
        }

        return state;
    }

    private int Way(int state, char c)
    {
        var key = ((ulong)state << 16) | c;
        for (var slot = Slot(key); ; slot = (slot + 1) & (_keys.Length - 1))
        {
            if (_keys[slot] == key)
            {
                return _ways[slot];
            }

            if (_keys[slot] == Free)
            {
                return 0;
            }
        }
    }

    private void SetWay(int state, char c, int next)
    {
        if (2 * ++_count > _keys.Length)
        {
            Grow();
        }

        Put(((ulong)state << 16) | c, next);
    }

    private void Grow()
    {
        var (keys, ways) = (_keys, _ways);
        _keys = new ulong[2 * keys.Length];
        _ways = new int[2 * keys.Length];
        Array.Fill(_keys, Free);
        for (var i = 0; i < keys.Length; i++)
        {
            if (keys[i] != Free)
            {
                Put(keys[i], ways[i]);
            }
        }
    }

    private void Put(ulong key, int next)
    {
        var slot = Slot(key);
        while (_keys[slot] != Free)
        {
            slot = (slot + 1) & (_keys.Length - 1);
        }

        (_keys[slot], _ways[slot]) = (key, next);
    }

    private int Slot(ulong key) => (int)((key * Mixer) >> 40) & (_keys.Length - 1);
}
