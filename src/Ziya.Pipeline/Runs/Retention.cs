using System.Globalization;

namespace Ziya.Pipeline.Runs;

/// <summary>Which runs are kept; the others may be deleted.</summary>
public sealed record Retention
{
    /// <summary>Runs that were written to within this time are kept. Default 30 days.</summary>
    public TimeSpan Keep { get; init; } = TimeSpan.FromDays(30);

    /// <summary>The last runs of each job that are kept whatever their age and size. Default 5.</summary>
    public int KeepLast { get; init; } = 5;

    /// <summary>Bytes that all run folders together may have: where they have more, the oldest go before their time. Default: no limit.</summary>
    public long? MostBytes { get; init; }

    /// <summary>A time such as <c>30d</c>, <c>12h</c>; null where it is none.</summary>
    public static TimeSpan? ParseTime(string text) => Parse(text, [("d", 24), ("h", 1)]) is { } hours and < 1e6 ? TimeSpan.FromHours(hours) : null;

    /// <summary>A size such as <c>20GB</c>, <c>1.5TB</c>, <c>500MB</c>; null where it is none.</summary>
    public static long? ParseBytes(string text) => Parse(text, [("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)]) is { } bytes and < 9e18 ? (long)bytes : null;

    private static double? Parse(string text, (string Unit, double Size)[] units)
    {
        foreach (var (unit, size) in units)
        {
            if (text.EndsWith(unit, StringComparison.OrdinalIgnoreCase)
                && double.TryParse(text.AsSpan(0, text.Length - unit.Length).TrimEnd(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            {
                return number * size;
            }
        }

        return null;
    }
}
