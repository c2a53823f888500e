using System.Globalization;
using System.Text;

namespace Ziya.Corpus.Deduplication;

/// <summary>
/// What each character of the Basic Multilingual Plane becomes under NFKC, lower case or both, where that does not depend on its
/// neighbours. Most do not: of what stands in Chinese and English texts only combining marks do.
/// </summary>
internal sealed class FoldTable
{
    /// <summary>Stands for a character that becomes several: look into <see cref="Several"/>.</summary>
    public const char Many = '\uffff';

    /// <summary>Stands for a character that the whole text has to be looked at for.</summary>
    public const char Context = '\ufffe';

    private static readonly Lazy<FoldTable>[] Tables = [.. Enumerable.Range(0, 4).Select(i => new Lazy<FoldTable>(() => new FoldTable((i & 1) != 0, (i & 2) != 0)))];

    private readonly char[] _map = new char[1 << 16];
    private readonly Dictionary<char, string> _several = [];

    private FoldTable(bool width, bool letterCase)
    {
        for (var i = 0; i < _map.Length; i++)
        {
            Fill((char)i, width, letterCase);
        }
    }

    /// <summary>The table for what is to be folded. Made at first use, in about 20 ms.</summary>
    public static FoldTable For(bool width, bool letterCase) => Tables[(width ? 1 : 0) | (letterCase ? 2 : 0)].Value;

    /// <summary>What each character becomes.</summary>
    public ReadOnlySpan<char> Map => _map;

    /// <summary>What a character of <see cref="Many"/> becomes.</summary>
    public string Several(char from) => _several[from];

    private void Fill(char from, bool width, bool letterCase)
    {
        if (char.IsSurrogate(from) || from >= Context)
        {
            _map[from] = Context;
            return;
        }

        var text = from.ToString();
        if (width)
        {
            text = text.Normalize(NormalizationForm.FormKC);
            if ((from is < '\ufe00' or > '\ufe0f') && text.Any(JoinsItsNeighbours))
            {
                _map[from] = Context;
                return;
            }
        }

        text = letterCase ? text.ToLowerInvariant() : text;
        _map[from] = text.Length == 1 ? text[0] : Many;
        if (text.Length != 1)
        {
            _several[from] = text;
        }
    }

    /// <summary>Marks and the parts of Korean syllables compose with what stands before them, or change places among each other.</summary>
    private static bool JoinsItsNeighbours(char c) => c is >= '\u1100' and <= '\u11ff' || char.IsSurrogate(c)
        || char.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;
}
