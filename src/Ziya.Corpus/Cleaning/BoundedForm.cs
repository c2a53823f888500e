using System.Globalization;
using System.Text;

namespace Ziya.Corpus.Cleaning;

/// <summary>
/// Unicode normal forms in a time that grows with the length. The platform puts the marks behind a character into order by insertion, so that 160,000 marks out of order take seven seconds and 2.5 million two hours; here runs of more than
/// 128 are normalised in pieces, where no writing system has more than a few and the Stream-Safe Text Format (UAX #15, section 13) allows 30.
/// </summary>
internal static class BoundedForm
{
    private const int MostMarks = 128;

    /// <summary>The text in the form. It has no halves of surrogate pairs.</summary>
    public static string Of(string text, NormalizationForm form)
    {
        StringBuilder? result = null;
        var from = 0;
        for (var cut = Cut(text, 0); cut < text.Length; cut = Cut(text, cut))
        {
            (result ??= new StringBuilder(text.Length)).Append(text[from..cut].Normalize(form));
            from = cut;
        }

        return result is null ? text.Normalize(form) : result.Append(text[from..].Normalize(form)).ToString();
    }

    /// <summary>Whether <see cref="Of"/> would leave the text as it is.</summary>
    public static bool Is(string text, NormalizationForm form) => Cut(text, 0) == text.Length ? text.IsNormalized(form) : Of(text, form) == text;

    /// <summary>Where the first run of too many marks from here on is cut; the length where there is none.</summary>
    private static int Cut(string text, int from)
    {
        var run = 0;
        for (var i = from; i < text.Length; i++)
        {
            if (char.IsLowSurrogate(text[i]))
            {
                continue;
            }

            run = text[i] >= '\u0300' && IsMark(text, i) ? run + 1 : 0;
            if (run > MostMarks)
            {
                return i;
            }
        }

        return text.Length;
    }

    // The half-width marks of kana become marks in NFKC.
    private static bool IsMark(string text, int at) =>
        CharUnicodeInfo.GetUnicodeCategory(text, at) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark || text[at] is '\uff9e' or '\uff9f';
}
