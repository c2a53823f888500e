using System.Text;
using System.Text.RegularExpressions;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Pipeline.Writing;

/// <summary>An output folder with <c>{field}</c> in it.</summary>
internal static partial class FolderPattern
{
    private const int LongestPart = 100;

    /// <summary>The folder above the first field: the dataset's own, where its manifest lies.</summary>
    public static string Root(string pattern)
    {
        var brace = pattern.IndexOf('{', StringComparison.Ordinal);
        var root = brace < 0 ? pattern : pattern[..(pattern.LastIndexOf('/', brace) + 1)];
        return root.Length > 1 ? root.TrimEnd('/') : root;
    }

    /// <summary>What follows the root: <c>{language}/{bucket}</c>, or nothing.</summary>
    public static string Rest(string pattern) => pattern[Math.Min(pattern.Length, Root(pattern).Length)..].Trim('/');

    /// <summary>The fields named.</summary>
    public static IEnumerable<string> Fields(string pattern) => Field().Matches(pattern).Select(match => match.Groups[1].Value);

    /// <summary>The folder of a record below the root, ending in a slash unless it is the root itself.</summary>
    public static string For(string rest, Record record)
    {
        if (rest.Length == 0)
        {
            return "";
        }

        return Field().Replace(rest, match => Part(RecordField.GetText(record, match.Groups[1].Value))) + "/";
    }

    /// <summary>A value as one folder name: letters, digits and a few signs as they are, so that no value leads out of the root.</summary>
    private static string Part(string? value)
    {
        if (string.IsNullOrEmpty(value))
        {
            return "none";
        }

        var part = new StringBuilder();
        foreach (var rune in value.EnumerateRunes())
        {
            var plain = Rune.IsLetterOrDigit(rune) || rune.Value is '-' or '_' || (rune.Value == '.' && part.Length > 0);
            part.Append(plain ? rune.ToString() : "_");
            if (part.Length >= LongestPart)
            {
                break;
            }
        }

        return part.ToString();
    }

    [GeneratedRegex(@"\{([A-Za-z0-9_.]+)\}")]
    private static partial Regex Field();
}
