using System.Buffers;
using System.Globalization;
using System.Text;

namespace Ziya.Models.Tokenization;

/// <summary>
/// Finds added tokens in text, as Hugging Face's tokenizers do before they encode: the leftmost, the longest of those that begin at the
/// same place, with the white space that its flags take away.
/// </summary>
internal sealed class SpecialTokens
{
    private readonly SearchValues<string> _names;
    private readonly AddedToken[] _longestFirst;

    /// <param name="tokens">Tokens with different names.</param>
    public SpecialTokens(IEnumerable<AddedToken> tokens)
    {
        _longestFirst = [.. tokens.OrderByDescending(token => token.Content.Length).ThenBy(token => token.Content, StringComparer.Ordinal)];
        _names = SearchValues.Create(_longestFirst.Select(token => token.Content).ToArray(), StringComparison.Ordinal);
    }

    /// <summary>The next token; null if there is none.</summary>
    /// <param name="text">The text.</param>
    /// <param name="search">Where to search; then the end of the name found. White space that a token takes away can still begin the name of the next.</param>
    /// <param name="from">Where the text begins that no token has taken.</param>
    /// <param name="start">Where the token begins, with the white space it takes away, but not before <paramref name="from"/>.</param>
    /// <param name="end">Where it ends, likewise.</param>
    public AddedToken? Find(ReadOnlySpan<char> text, ref int search, int from, out int start, out int end)
    {
        while (_longestFirst.Length > 0 && text[search..].IndexOfAny(_names) is var found and >= 0)
        {
            start = search + found;
            var token = Longest(text[start..]);
            search = end = start + token.Content.Length;
            if (token.SingleWord && (EndsInWord(text[..start]) || BeginsWithWord(text[end..])))
            {
                continue;
            }

            while (token.StripLeft && start > from && char.IsWhiteSpace(text[start - 1]))
            {
                start--;
            }

            while (token.StripRight && end < text.Length && char.IsWhiteSpace(text[end]))
            {
                end++;
            }

            (start, end) = (Math.Max(start, from), Math.Max(end, from));
            return token;
        }

        start = end = text.Length;
        return null;
    }

    private AddedToken Longest(ReadOnlySpan<char> text)
    {
        foreach (var token in _longestFirst)
        {
            if (text.StartsWith(token.Content, StringComparison.Ordinal))
            {
                return token;
            }
        }

        throw new InvalidOperationException("The search found a name that is not there.");
    }

    private static bool EndsInWord(ReadOnlySpan<char> text) => !text.IsEmpty && Rune.DecodeLastFromUtf16(text, out var rune, out _) == OperationStatus.Done && IsWord(rune);

    private static bool BeginsWithWord(ReadOnlySpan<char> text) => !text.IsEmpty && Rune.DecodeFromUtf16(text, out var rune, out _) == OperationStatus.Done && IsWord(rune);

    private static bool IsWord(Rune rune) => Rune.IsLetter(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.DecimalDigitNumber
        or UnicodeCategory.LetterNumber or UnicodeCategory.ConnectorPunctuation
        or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;
}
