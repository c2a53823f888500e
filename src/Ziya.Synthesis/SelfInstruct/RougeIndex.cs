using System.Runtime.InteropServices;

namespace Ziya.Synthesis.SelfInstruct;

/// <summary>
/// Texts by their likeness to a new one: ROUGE-L (Lin 2004, "ROUGE: A Package for Automatic Evaluation of Summaries"), the F measure of the longest common subsequence of
/// tokens. A token is a run of letters and digits, in lower case, or one Chinese, Japanese or Korean character: the usual package keeps only <c>[a-z0-9]</c> and finds all Chinese texts unlike.
/// </summary>
/// <remarks>
/// 1. To be more alike than the bound, a text must have a number of tokens in common with the new one, in whatever order: more than bound / 2 · (a + b) for lengths a and b, so more than
///    bound / (2 - bound) · a whatever its own length. Of the new text's tokens so many, the commonest, are left aside: a text that has none of the others cannot have enough (prefix filter, Chaudhuri et al. 2006).
/// 2. Of the others, an inverted index counts how many each text has. With all that were left aside added, that bounds what they have in common.
/// 3. Only where that is enough the subsequence is computed (<see cref="CommonSubsequence"/>).
/// </remarks>
internal sealed class RougeIndex
{
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _find;
    private readonly List<int[]> _texts = [];
    private readonly List<List<(int Text, int Count)>> _postings = [];
    private readonly List<int> _common = [];
    private readonly List<int> _met = [];
    private readonly CommonSubsequence _subsequence = new();

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
        var tokens = Tokens(text);
        var aside = Count(tokens, bound);
        _subsequence.Know(_ids.Count);
        _subsequence.Set(tokens);
        (int Text, double Similarity)? found = null;
        var common = CollectionsMarshal.AsSpan(_common);
        foreach (var other in _met)
        {
            var length = _texts[other].Length;
            var most = F(Math.Min(common[other] + aside, Math.Min(length, tokens.Length)), tokens.Length, length);
            common[other] = 0;
            if (most > bound && most >= (found?.Similarity ?? bound))
            {
                // 3.
                var similarity = F(_subsequence.With(_texts[other]), tokens.Length, length);
                var isCloser = found is not { } best ? similarity > bound : similarity > best.Similarity || (similarity == best.Similarity && other < best.Text);
                found = isCloser ? (other, similarity) : found;
            }
        }

        _subsequence.Clear(tokens);
        _met.Clear();
        return found;
    }

    /// <summary>Counts in <see cref="_common"/>, for the texts in <see cref="_met"/>, what they have of the rarer tokens; how many are left aside.</summary>
    private int Count(int[] tokens, double bound)
    {
        // 1. Of a product that comes out a little too high, one less is asked for.
        const double Rounding = 1e-9;
        var needed = (int)Math.Floor((bound / (2 - bound) * tokens.Length) - Rounding) + 1;
        var common = CollectionsMarshal.AsSpan(_common);
        var left = tokens.Length;
        foreach (var (token, count) in tokens.CountBy(token => token).OrderBy(pair => _postings[pair.Key].Count))
        {
            if (left < needed)
            {
                break;
            }

            // 2.
            left -= count;
            foreach (var (other, its) in CollectionsMarshal.AsSpan(_postings[token]))
            {
                if (common[other] == 0)
                {
                    _met.Add(other);
                }

                common[other] += Math.Min(count, its);
            }
        }

        return left;
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
}
