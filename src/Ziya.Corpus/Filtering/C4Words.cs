namespace Ziya.Corpus.Filtering;

/// <summary>The words of a line: what white space separates, and characters of scripts without spaces by themselves.</summary>
/// <param name="Spaced">Words between white space that are not characters of scripts without spaces throughout.</param>
/// <param name="Unspaced">Characters of scripts without spaces.</param>
/// <param name="Longest">Code points of the longest word, such characters not counted.</param>
internal readonly record struct C4Words(int Spaced, int Unspaced, int Longest)
{
    /// <summary>Counts the words of a line; up to so many spaced ones.</summary>
    public static C4Words Of(ReadOnlySpan<char> line, int enough = int.MaxValue)
    {
        var (spaced, unspaced, longest, length) = (0, 0, 0, 0);
        foreach (var c in line)
        {
            if (PythonText.IsSpace(c))
            {
                (longest, length) = (Math.Max(longest, length), 0);
            }
            else if (c >= '\u0e00' && TokenTable.Of(c) is TokenClass.Han or TokenClass.Unspaced or TokenClass.Separator)
            {
                unspaced += TokenTable.Of(c) == TokenClass.Separator ? 0 : 1;
                (longest, length) = (Math.Max(longest, length), 0);
            }
            else
            {
                spaced += length == 0 ? 1 : 0;
                if (spaced >= enough)
                {
                    break;
                }

                length += char.IsLowSurrogate(c) ? 0 : 1;
            }
        }

        return new C4Words(spaced, unspaced, Math.Max(longest, length));
    }
}
