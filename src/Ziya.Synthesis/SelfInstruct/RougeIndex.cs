using System.Runtime.InteropServices;

namespace Ziya.Synthesis.SelfInstruct;

/// <summary>
/// Texts by their likeness to a new one: ROUGE-L (Lin 2004, "ROUGE: A Package for Automatic Evaluation of Summaries"), the F measure of the longest common subsequence of
/// tokens. A token is a run of letters and digits, in lower case, or one Chinese, Japanese or Korean character: the usual package keeps only <c>[a-z0-9]</c> and finds all Chinese texts unlike.
/// </summary>
/// <remarks>
/// 1. No subsequence is longer than the tokens that two texts have in common, in any order: those are counted by an inverted index.
/// 2. Only where that bound passes is the subsequence computed, row by row.
/// </remarks>
internal sealed class RougeIndex
{
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _find;
    private readonly List<int[]> _texts = [];
    private readonly List<List<(int Text, int Count)>> _postings = [];
    private readonly List<int> _common = [];
    private int[] _row = [];

    public RougeIndex() => _find = _ids.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Adds a text, whose number is how many were added before it.</summary>
    public void Add(string text)
    {
        var tokens = Tokens(text);
        foreach (var (token, count) in tokens.CountBy(token => token))
        {
            _postings[token].Add((_texts.Count, count));
        }

        _texts.Add(tokens);
        _common.Add(0);
    }

    /// <summary>The first of the texts that are most like this one, if it is more like it than the bound, 0 to 1.</summary>
    public (int Text, double Similarity)? Find(string text, double bound)
    {
        // 1.
        var tokens = Tokens(text);
        var common = CollectionsMarshal.AsSpan(_common);
        common.Clear();
        foreach (var (token, count) in tokens.CountBy(token => token))
        {
            foreach (var (other, its) in _postings[token])
            {
                common[other] += Math.Min(count, its);
            }
        }

        // 2.
        (int Text, double Similarity)? found = null;
        for (var other = 0; other < common.Length; other++)
        {
            if (F(common[other], tokens.Length, _texts[other].Length) > (found?.Similarity ?? bound)
                && F(Subsequence(tokens, _texts[other]), tokens.Length, _texts[other].Length) is var similarity && similarity > (found?.Similarity ?? bound))
            {
                found = (other, similarity);
            }
        }

        return found;
    }

    private static double F(int common, int left, int right) => left + right == 0 ? 0 : 2.0 * common / (left + right);

    private int[] Tokens(string text)
    {
        var tokens = new List<int>();
        var start = -1;
        for (var i = 0; i <= text.Length; i++)
        {
            var c = i < text.Length ? text[i] : ' ';
            var isAlone = IsAlone(c);
            if (!isAlone && char.IsLetterOrDigit(c))
            {
                start = start < 0 ? i : start;
                continue;
            }

            if (start >= 0)
            {
                tokens.Add(Token(text.AsSpan(start, i - start)));
                start = -1;
            }

            if (isAlone)
            {
                tokens.Add(Token(text.AsSpan(i, 1)));
            }
        }

        return [.. tokens];
    }

    private int Token(ReadOnlySpan<char> token)
    {
        var lower = new char[token.Length];
        token.ToLowerInvariant(lower);
        if (!_find.TryGetValue(lower, out var id))
        {
            id = _ids.Count;
            _ids.Add(new string(lower), id);
            _postings.Add([]);
        }

        return id;
    }

    // Han, kana, hangul; a surrogate of the rarer Han stands for half a character, which changes the likeness of nothing.
    private static bool IsAlone(char c) => c is (>= '\u3040' and <= '\u30ff') or (>= '\u3400' and <= '\u4dbf') or (>= '\u4e00' and <= '\u9fff') or (>= '\uac00' and <= '\ud7af') or (>= '\uf900' and <= '\ufaff') || char.IsSurrogate(c);

    private int Subsequence(int[] left, int[] right)
    {
        _row = _row.Length > right.Length ? _row : new int[right.Length + 1];
        var row = _row.AsSpan(0, right.Length + 1);
        row.Clear();
        foreach (var token in left)
        {
            var diagonal = 0;
            for (var i = 0; i < right.Length; i++)
            {
                var above = row[i + 1];
                row[i + 1] = token == right[i] ? diagonal + 1 : Math.Max(above, row[i]);
                diagonal = above;
            }
        }

        return row[^1];
    }
}
