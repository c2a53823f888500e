using System.Text;

namespace Ziya.Pipeline.Runs;

/// <summary>Marks what one text has that another has not, by runs of characters both share.</summary>
internal static class TextDifference
{
    private const int Shared = 6;

    // Of two texts that share less, as a translation does, marks would cover everything and say nothing.
    private const double LeastShared = 0.2;

    /// <summary>
    /// <paramref name="text"/> as HTML, with a mark around what no run of <see cref="Shared"/> characters in common covers. Linear in both texts.
    /// </summary>
    public static string Mark(string text, string other, Func<string, string> encode)
    {
        var known = new HashSet<string>();
        for (var i = 0; i + Shared <= other.Length; i++)
        {
            known.Add(other.Substring(i, Shared));
        }

        var common = new bool[text.Length];
        for (var i = 0; i + Shared <= text.Length; i++)
        {
            if (known.Contains(text.Substring(i, Shared)))
            {
                Array.Fill(common, true, i, Shared);
            }
        }

        if (common.Count(covered => covered) < text.Length * LeastShared)
        {
            return encode(text);
        }

        var html = new StringBuilder();
        for (var i = 0; i < text.Length;)
        {
            var end = i;
            while (end < text.Length && common[end] == common[i])
            {
                end++;
            }

            // Not between the halves of a pair.
            end += end < text.Length && char.IsLowSurrogate(text[end]) ? 1 : 0;
            html.Append(common[i] ? encode(text[i..end]) : $"<mark>{encode(text[i..end])}</mark>");
            i = end;
        }

        return html.ToString();
    }
}
