using System.Text;

namespace Ziya.Corpus.Cleaning;

/// <summary>Unicode normal forms, with the punctuation that Chinese uses left as it is.</summary>
internal static class NormalForm
{
    /// <summary>Whether NFKC leaves the character to the option <c>width</c>, or to Chinese, which writes an ellipsis as two of <c>…</c>.</summary>
    public static bool IsProtected(char c) => c is (>= '！' and <= '～') or '…';

    /// <summary>The text in the form; the same string where it is in it already. The text has no halves of surrogate pairs.</summary>
    public static string Of(string text, UnicodeForm form)
    {
        if (form == UnicodeForm.None || BoundedForm.Is(text, form == UnicodeForm.Nfc ? NormalizationForm.FormC : NormalizationForm.FormKC))
        {
            return text;
        }

        return form == UnicodeForm.Nfc ? BoundedForm.Of(text, NormalizationForm.FormC) : Compatible(text);
    }

    // Protected characters are starters that compose with nothing before them, so the text between them can be normalised by itself.
    private static string Compatible(string text)
    {
        var result = new StringBuilder(text.Length + 16);
        var rest = text.AsSpan();
        while (rest.Length > 0)
        {
            var end = 0;
            while (end < rest.Length && !IsProtected(rest[end]))
            {
                end++;
            }

            result.Append(BoundedForm.Of(rest[..end].ToString(), NormalizationForm.FormKC));
            while (end < rest.Length && IsProtected(rest[end]))
            {
                result.Append(rest[end++]);
            }

            rest = rest[end..];
        }

        return result.Length == text.Length && result.Equals(text) ? text : result.ToString();
    }
}
