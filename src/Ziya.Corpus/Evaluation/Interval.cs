namespace Ziya.Corpus.Evaluation;

/// <summary>Where a share of all items may lie that was found on some of them: in 95 of 100 samples the interval holds it.</summary>
/// <param name="Low">Its lower end, from 0.</param>
/// <param name="High">Its upper end, up to 1.</param>
internal readonly record struct Interval(double Low, double High)
{
    // The standard normal's 97.5th percentile.
    private const double Z = 1.959964;

    /// <summary>
    /// Wilson's interval (1927) of a share of independent items. A bootstrap over items that all came out alike has no width, and the plain normal interval leaves 0 to 1 on the few items that
    /// people judge; Wilson's does neither, and needs no random numbers. Ties count a half: the variance of wins, halves and losses is at most that of wins and losses with the
    /// same mean, so with ties it is rather too wide than too narrow.
    /// </summary>
    /// <param name="share">The share found, 0 to 1.</param>
    /// <param name="items">On how many items.</param>
    public static Interval Wilson(double share, long items)
    {
        if (items == 0)
        {
            return new(0, 1);
        }

        var spread = Z * Z / items;
        var centre = (share + (spread / 2)) / (1 + spread);
        var half = Z * Math.Sqrt((share * (1 - share) / items) + (spread / (4 * items))) / (1 + spread);
        return new(Math.Max(0, centre - half), Math.Min(1, centre + half));
    }
}
