using Ziya.Corpus.Scoring;

namespace Ziya.Corpus.Filtering;

/// <summary>
/// Cuts texts into words without a dictionary: what spaces separate is a word, and so is every character of a script without spaces. Where a rule
/// was made for words, its limits for such scripts are other ones.
/// </summary>
internal static class TokenTable
{
    private static readonly TokenClass[] Classes = Build();

    /// <summary>The class of a unit.</summary>
    public static TokenClass Of(char c) => Classes[c];

    private static TokenClass[] Build()
    {
        var classes = new TokenClass[char.MaxValue + 1];
        for (var i = 0; i <= char.MaxValue; i++)
        {
            var c = (char)i;
            classes[i] = ScriptTable.Of(c) switch
            {
                _ when c == '\n' => TokenClass.LineEnd,
                _ when char.IsWhiteSpace(c) || c is (>= '\u3000' and <= '\u303F' and not '々' and not '〇') || (c is >= '\uFF00' and <= '\uFF65' && !char.IsLetterOrDigit(c)) => TokenClass.Separator,
                _ when char.IsDigit(c) => TokenClass.Digit,
                WritingScript.None => c is >= '\u0300' and <= '\u036F' ? TokenClass.Letter : TokenClass.Sign,
                WritingScript.Han => TokenClass.Han,
                WritingScript.Kana or WritingScript.Bopomofo or WritingScript.Thai or WritingScript.Lao or WritingScript.Khmer or WritingScript.Myanmar or WritingScript.Tibetan => TokenClass.Unspaced,
                _ => TokenClass.Letter,
            };
        }

        classes['々'] = classes['〇'] = TokenClass.Han;
        return classes;
    }
}
