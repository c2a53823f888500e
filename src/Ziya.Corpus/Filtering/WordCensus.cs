using System.Numerics;

namespace Ziya.Corpus.Filtering;

/// <summary>What the Gopher quality rules count of a text, in one pass.</summary>
internal struct WordCensus
{
    // No limit is higher; after that the search is not worth its time.
    private const int EnoughStopWords = 8;

    private const string HanStopWords = "的是不了在有和我这這一之也其而以为為与與及于於将將被从從对對到把但就都很他她个個更等已或";

    /// <summary>Words between spaces that have a letter or digit.</summary>
    public int SpacedWords;

    /// <summary>Letters and digits of those.</summary>
    public int SpacedLetters;

    /// <summary>Words between spaces without a letter or digit.</summary>
    public int SignWords;

    /// <summary>Words between spaces, signs included, that have a letter.</summary>
    public int AlphabeticWords;

    /// <summary>Han characters.</summary>
    public int Han;

    /// <summary>Characters of other scripts without spaces.</summary>
    public int Unspaced;

    /// <summary>Characters <c>#</c>, several together as one: a heading of Markdown has up to six.</summary>
    public int Hashes;

    /// <summary>Ellipses: three points or more in a row, or <c>…</c>, however many of them stand together.</summary>
    public int Ellipses;

    /// <summary>Lines that are not blank.</summary>
    public int Lines;

    /// <summary>Lines that begin with a bullet.</summary>
    public int BulletLines;

    /// <summary>Lines that end with an ellipsis.</summary>
    public int EllipsisLines;

    private ulong _stopWords;

    /// <summary>Whether most words are characters of a script without spaces.</summary>
    public readonly bool IsUnspaced => Han + Unspaced > SpacedWords;

    /// <summary>Whether most are Han characters, with hardly any kana.</summary>
    public readonly bool IsChinese => IsUnspaced && Unspaced * 8 < Han;

    /// <summary>Words, a character of a script without spaces being one.</summary>
    public readonly int Words => SpacedWords + Han + Unspaced;

    /// <summary>Words, and tokens that have no letter or digit.</summary>
    public readonly int Tokens => Words + SignWords;

    /// <summary>How many different stop words there are, English and Chinese together.</summary>
    public readonly int StopWords => BitOperations.PopCount(_stopWords);

    /// <summary>Counts a text.</summary>
    public static WordCensus Take(ReadOnlySpan<char> text)
    {
        var census = default(WordCensus);
        foreach (var line in text.Split('\n'))
        {
            census.AddLine(text[line]);
        }

        return census;
    }

    private void AddLine(ReadOnlySpan<char> line)
    {
        line = line.Trim();
        if (line.IsEmpty)
        {
            return;
        }

        Lines++;
        BulletLines += IsBullet(line[0]) ? 1 : 0;
        EllipsisLines += line[^1] == '…' || line.EndsWith("...") ? 1 : 0;
        for (var i = 0; i < line.Length;)
        {
            switch (TokenTable.Of(line[i]))
            {
                case TokenClass.Separator:
                    i++;
                    break;
                case TokenClass.Han:
                    Han++;
                    AddHanStopWord(line[i]);
                    i++;
                    break;
                case TokenClass.Unspaced:
                    Unspaced++;
                    i++;
                    break;
                default:
                    i = AddWord(line, i);
                    break;
            }
        }
    }

    /// <summary>Counts the word that starts here; where it ends.</summary>
    private int AddWord(ReadOnlySpan<char> line, int start)
    {
        int letters = 0, digits = 0, i = start;
        for (; i < line.Length; i++)
        {
            var c = line[i];
            var kind = TokenTable.Of(c);
            if (kind == TokenClass.Letter)
            {
                letters++;
            }
            else if (kind == TokenClass.Digit)
            {
                digits++;
            }
            else if (kind != TokenClass.Sign)
            {
                break;
            }
            else if (c == '#')
            {
                Hashes += i == 0 || line[i - 1] != '#' ? 1 : 0;
            }
            else if (c is '.' or '…' && (i == 0 || line[i - 1] != c))
            {
                Ellipses += c == '…' || line[i..].StartsWith("...") ? 1 : 0;
            }
        }

        AlphabeticWords += letters > 0 ? 1 : 0;
        if (letters + digits == 0)
        {
            // Quotes and dashes between Han characters are punctuation, no words.
            SignWords += (start == 0 || char.IsWhiteSpace(line[start - 1])) && (i == line.Length || char.IsWhiteSpace(line[i])) ? 1 : 0;
            return i;
        }

        SpacedWords++;
        SpacedLetters += letters + digits;
        if (letters is >= 2 and <= 4 && StopWords < EnoughStopWords)
        {
            AddStopWord(line[start..i]);
        }

        return i;
    }

    private void AddStopWord(ReadOnlySpan<char> word)
    {
        Span<char> lower = stackalloc char[4];
        var length = 0;
        foreach (var c in word)
        {
            if (char.IsAsciiLetter(c))
            {
                if (length == 4)
                {
                    return;
                }

                lower[length++] = (char)(c | 0x20);
            }
        }

        var at = lower[..length] switch
        {
            "the" => 0,
            "be" => 1,
            "to" => 2,
            "of" => 3,
            "and" => 4,
            "that" => 5,
            "have" => 6,
            "with" => 7,
            _ => -1,
        };
        _stopWords |= at < 0 ? 0 : 1UL << at;
    }

    // Function words of modern Chinese, in both scripts, and of classical Chinese: even a report of figures has 为 or 于.
    private void AddHanStopWord(char c)
    {
        if (StopWords < EnoughStopWords)
        {
            var at = HanStopWords.IndexOf(c, StringComparison.Ordinal);
            _stopWords |= at < 0 ? 0 : 1UL << (at + 8);
        }
    }

    private static bool IsBullet(char c) => c is '-' or '*' or '•' or '‣' or '▶' or '◀' or '◦' or '■' or '□' or '▪' or '▫' or '–' or '·' or '●' or '○' or '◆' or '◇';
}
