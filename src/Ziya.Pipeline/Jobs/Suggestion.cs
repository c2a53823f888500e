namespace Ziya.Pipeline.Jobs;

/// <summary>Finds what somebody meant to write.</summary>
internal static class Suggestion
{
    /// <summary>" Did you mean 'x'?" or nothing, then the choices.</summary>
    public static string For(string written, IEnumerable<string> choices, string noun)
    {
        var names = choices.Order(StringComparer.Ordinal).ToList();
        var nearest = names.MinBy(name => Distance(written, name));
        var guess = nearest is not null && Distance(written, nearest) <= Math.Max(2, written.Length / 3) ? $" Did you mean '{nearest}'?" : "";
        return $"{guess} {noun}: {string.Join(", ", names)}.";
    }

    /// <summary>Optimal string alignment distance: edits and swaps of neighbours.</summary>
    internal static int Distance(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            d[i, 0] = i;
        }

        for (var j = 0; j <= b.Length; j++)
        {
            d[0, j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                d[i, j] = Math.Min(Math.Min(d[i - 1, j] + 1, d[i, j - 1] + 1), d[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
                }
            }
        }

        return d[a.Length, b.Length];
    }
}
