using System.Text;

namespace Ziya.Models.Tokenization.Training;

/// <summary>How often Chinese characters occur: Han characters, and the punctuation and full-width forms that are written among them.</summary>
public sealed class CharacterCounts
{
    private readonly long[] _counts = new long[0x110000];

    /// <summary>All of them.</summary>
    public long Total { get; private set; }

    /// <summary>Counts those of a text.</summary>
    public void Add(ReadOnlySpan<char> text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsChinese(rune.Value))
            {
                _counts[rune.Value]++;
                Total++;
            }
        }
    }

    /// <summary>Those that occur, the most frequent first; of equals the one with the lower code.</summary>
    public IEnumerable<(Rune Character, long Count)> InOrder() =>
        from pair in _counts.Index()
        where pair.Item > 0
        orderby pair.Item descending, pair.Index
        select (new Rune(pair.Index), pair.Item);

    /// <summary>Blocks of Unicode: CJK punctuation, radicals and ideographs with their extensions, compatibility ideographs, full-width forms.</summary>
    internal static bool IsChinese(int code) => code is (>= 0x3001 and <= 0x303F) or (>= 0x2E80 and <= 0x2FDF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x4E00 and <= 0x9FFF)
        or (>= 0xF900 and <= 0xFAFF) or (>= 0xFF01 and <= 0xFF5E) or (>= 0x20000 and <= 0x323AF);
}
