using System.Text;
using System.Text.RegularExpressions;

namespace Ziya.Pipeline.Reading;

/// <summary>File patterns: <c>*</c> and <c>?</c> within a folder, <c>**</c> across folders.</summary>
internal static class Glob
{
    private static readonly char[] Wild = ['*', '?'];

    /// <summary>Whether the pattern has wildcards.</summary>
    public static bool IsPattern(string path) => path.IndexOfAny(Wild) >= 0;

    /// <summary>The folders before the first wildcard, ending in a slash; empty if there are none.</summary>
    public static string Folder(string pattern)
    {
        var wild = pattern.IndexOfAny(Wild);
        var plain = wild < 0 ? pattern : pattern[..wild];
        return plain[..(plain.LastIndexOf('/') + 1)];
    }

    /// <summary>Whether a path matches.</summary>
    public static bool IsMatch(string pattern, string path) =>
        Regex.IsMatch(path, ToRegex(pattern), RegexOptions.CultureInvariant | RegexOptions.Singleline | RegexOptions.NonBacktracking);

    private static string ToRegex(string pattern)
    {
        var regex = new StringBuilder("^");
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern.AsSpan(i).StartsWith("**/"))
            {
                regex.Append("(?:[^/]+/)*");
                i += 2;
            }
            else if (pattern.AsSpan(i).StartsWith("**"))
            {
                regex.Append(".*");
                i++;
            }
            else
            {
                regex.Append(pattern[i] switch { '*' => "[^/]*", '?' => "[^/]", var c => Regex.Escape(c.ToString()) });
            }
        }

        return regex.Append('$').ToString();
    }
}
