using System.Text;

namespace Ziya.Corpus.Scoring;

/// <summary>
/// Counts of the Han characters and kana of a text, and what follows from them: Chinese or Japanese, simplified or traditional.
/// The evidence is which national character sets hold a character: GB 2312-80 (mainland, simplified), Big5 (Taiwan, traditional),
/// JIS X 0208 (Japan), by the mapping tables of code pages 20936, 950 and 932 that .NET carries.
/// </summary>
internal struct HanCensus
{
    // A character of one set among these many of the other is a quotation or a slip: the text still has one script.
    private const double ClearMajority = 0.7;
    private const int Gb2312 = 1;
    private const int Big5 = 2;
    private const int Jis0208 = 4;
    private const char First = '\u4E00';
    private const char Last = '\u9FFF';

    private static readonly byte[] Sets = BuildSets();

    private int _han;
    private int _kana;
    private int _simplified;
    private int _traditional;
    private int _simplifiedInJis;
    private int _traditionalInJis;
    private int _onlyJapanese;
    private int _notJapanese;

    /// <summary>Counts a Han character.</summary>
    public void AddHan(char c)
    {
        _han++;
        switch (c is >= First and <= Last ? Sets[c - First] : 0)
        {
            case Gb2312:
                _simplified++;
                _notJapanese++;
                break;
            case Big5:
                _traditional++;
                _notJapanese++;
                break;
            case Gb2312 | Big5:
                _notJapanese++;
                break;
            case Gb2312 | Jis0208:
                _simplified++;
                _simplifiedInJis++;
                break;
            case Big5 | Jis0208:
                _traditional++;
                _traditionalInJis++;
                break;
            case Jis0208:
                _onlyJapanese++;
                break;
        }
    }

    /// <summary>Counts kana.</summary>
    public void AddKana(int count) => _kana += count;

    /// <summary>
    /// Log odds of Japanese against Chinese. Kana and characters only Japan uses speak for it, characters Japan lacks against
    /// it; and Japanese alone mixes forms that the mainland simplified with forms that it did not (学, 国 beside 東, 語).
    /// </summary>
    public readonly double JapaneseLogOdds()
    {
        var mixed = Math.Min(_simplifiedInJis, _traditionalInJis);
        var balance = _kana + (1.5 * _onlyJapanese) + (1.5 * mixed) - _notJapanese - (0.08 * _han) - 0.8;
        return 1.5 * balance;
    }

    /// <summary>Hans or Hant, Hani where they are mixed, null where no character tells.</summary>
    public readonly string? ChineseScript()
    {
        var deciding = _simplified + _traditional;
        return (deciding > 0, (double)_simplified / deciding) switch
        {
            (false, _) => null,
            (_, >= ClearMajority) => "Hans",
            (_, <= 1 - ClearMajority) => "Hant",
            _ => "Hani",
        };
    }

    private static byte[] BuildSets()
    {
        var gb2312 = Strict(20936);
        var big5 = Strict(950);
        var shiftJis = Strict(932);
        var sets = new byte[Last - First + 1];
        for (var c = First; c <= Last; c++)
        {
            // Lead bytes 87, ED, EE and from F0 on are the rows that vendors added to JIS X 0208.
            var isJis = Lead(shiftJis, c) is > 0 and not 0x87 and not 0xED and not 0xEE and < 0xF0;
            sets[c - First] = (byte)((Lead(gb2312, c) > 0 ? Gb2312 : 0) | (Lead(big5, c) > 0 ? Big5 : 0) | (isJis ? Jis0208 : 0));
        }

        return sets;
    }

    private static Encoding Strict(int codePage) => CodePagesEncodingProvider.Instance.GetEncoding(
        codePage, new EncoderReplacementFallback(""), DecoderFallback.ReplacementFallback)!;

    // First byte of the character's two in that encoding; 0 where it has none, or only a best fit that does not come back.
    private static int Lead(Encoding encoding, char c)
    {
        Span<byte> bytes = stackalloc byte[8];
        Span<char> back = stackalloc char[8];
        return encoding.GetBytes([c], bytes) == 2 && encoding.GetChars(bytes[..2], back) == 1 && back[0] == c ? bytes[0] : 0;
    }
}
