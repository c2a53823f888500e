using System.Buffers;

namespace Ziya.Corpus.Filtering;

/// <summary>What the rules for Chinese count of a text, in one pass.</summary>
internal struct ChineseCensus
{
    // A run of this many equal characters is no word any more.
    private const int LongRun = 4;

    // A line this short without punctuation is an entry of a menu or a heading.
    private const int ShortLine = 20;

    private static readonly SearchValues<char> Punctuation = SearchValues.Create("、：:“”‘’\"'（）()《》〈〉「」『』【】—–-·.％%～");

    // A bit for each phrase.
    private UInt128 _advertising;

    /// <summary>Characters that are not white space.</summary>
    public int Characters;

    /// <summary>Han characters.</summary>
    public int Han;

    /// <summary>Kana and letters of other scripts without spaces.</summary>
    public int Unspaced;

    /// <summary>Letters of scripts with spaces.</summary>
    public int Letters;

    /// <summary>Digits.</summary>
    public int Digits;

    /// <summary>Signs that are neither letters nor digits nor punctuation.</summary>
    public int Symbols;

    /// <summary>Marks that end a sentence or a clause, however many stand together.</summary>
    public int Clauses;

    /// <summary>Exclamation marks after another one.</summary>
    public int Exclamations;

    /// <summary>Characters in runs of equal ones, digits aside: numbers of accounts have them.</summary>
    public int RunCharacters;

    /// <summary>Lines that are not blank.</summary>
    public int Lines;

    /// <summary>Lines with a phrase of page furniture.</summary>
    public int BoilerplateLines;

    /// <summary>Characters in lines that are short and have no punctuation.</summary>
    public int MenuCharacters;

    /// <summary>How many different advertising phrases there are.</summary>
    public readonly int Advertising => (int)UInt128.PopCount(_advertising);

    /// <summary>Whether most of what is written is Chinese: a Han character weighs as much as three letters, and there is hardly any kana.</summary>
    public readonly bool IsChinese => Han * 3 > Letters && Unspaced * 8 < Han;

    /// <summary>Counts a text.</summary>
    public static ChineseCensus Take(ReadOnlySpan<char> text)
    {
        var census = default(ChineseCensus);
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
        var (boilerplate, before, run) = (false, '\0', 0);
        var start = Characters;
        var (punctuation, afterPhrase) = (0, 0);
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            if (c == ' ')
            {
                continue;
            }

            Characters++;
            run = c == before ? run + 1 : 1;
            var kind = TokenTable.Of(c);
            RunCharacters += run < LongRun || kind == TokenClass.Digit ? 0 : run == LongRun ? LongRun : 1;
            switch (kind)
            {
                case TokenClass.Han:
                    Han++;
                    break;
                case TokenClass.Letter:
                    Letters++;
                    break;
                case TokenClass.Digit:
                    Digits++;
                    break;
                case TokenClass.Unspaced:
                    Unspaced++;
                    break;
                default:
                    punctuation += AddSign(c, before, line, i) ? 1 : 0;
                    break;
            }

            // Phrases do not overlap: one of 加微信号 counts, not both.
            if (ChinesePhrases.MayStart(c) && i >= afterPhrase && ChinesePhrases.Find(line[i..], out var phraseLength) is var phrase and >= 0)
            {
                boilerplate |= phrase >= ChinesePhrases.AdvertisingCount;
                _advertising |= phrase < ChinesePhrases.AdvertisingCount ? UInt128.One << phrase : 0;
                afterPhrase = i + phraseLength;
            }

            before = c;
        }

        BoilerplateLines += boilerplate ? 1 : 0;
        MenuCharacters += punctuation == 0 && Characters - start < ShortLine ? Characters - start : 0;
    }

    /// <summary>Counts what is no letter or digit; whether it ends a sentence or a clause.</summary>
    private bool AddSign(char c, char before, ReadOnlySpan<char> line, int i)
    {
        Exclamations += c is '！' or '!' && before is '！' or '!' ? 1 : 0;

        // A point ends a sentence after a Han character, and in what there is of English before a space.
        if (IsClauseEnd(c) || (c == '.' && (TokenTable.Of(before) == TokenClass.Han || i + 1 == line.Length || line[i + 1] == ' ')))
        {
            Clauses += IsClauseEnd(before) || before == '.' ? 0 : 1;
            return true;
        }

        Symbols += Punctuation.Contains(c) ? 0 : 1;
        return false;
    }

    private static bool IsClauseEnd(char c) => c is '。' or '，' or '！' or '？' or '；' or '…' or ',' or '!' or '?' or ';' or '｡';
}
