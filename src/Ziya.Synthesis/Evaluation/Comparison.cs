namespace Ziya.Synthesis.Evaluation;

/// <summary>What one judge said of one pair.</summary>
/// <param name="Judge">Who judged: a person, or a model.</param>
/// <param name="Id">The instruction.</param>
/// <param name="Task">Its type of task.</param>
/// <param name="Language">Its language.</param>
/// <param name="Points">1 where the first answers better, 0 where the second does, 0.5 where they are equal.</param>
/// <param name="FirstPlace">How often the answer that was shown first, or on the left, was named the better one.</param>
/// <param name="Named">How often one was named the better one.</param>
internal sealed record JudgedPair(string Judge, string Id, string? Task, string? Language, double Points, int FirstPlace, int Named);

/// <summary>Two models compared: by all judgements, by language and by type of task.</summary>
/// <param name="First">Whose answers were judged.</param>
/// <param name="Second">Whose they were judged against.</param>
/// <param name="Judges">Those who judged, in order of their names.</param>
/// <param name="Rows">All, then each language, then each type of task; as <c>all</c>, <c>language zh</c>, <c>task writing</c>.</param>
/// <param name="FirstPlace">The share of the judgements that name a better answer that name the one shown first or on the left. Half of them where the place does not matter; null where there are none.</param>
internal sealed record Comparison(string First, string Second, IReadOnlyList<string> Judges, IReadOnlyList<ComparisonRow> Rows, double? FirstPlace)
{
    /// <summary>The comparison that judgements make.</summary>
    public static Comparison Of(string first, string second, IReadOnlyCollection<JudgedPair> judged)
    {
        var named = judged.Sum(pair => pair.Named);
        return new(
            first,
            second,
            [.. judged.Select(pair => pair.Judge).Distinct().Order(StringComparer.Ordinal)],
            [
                new("all", WinRate.Of(judged)),
                .. Split(judged, "language", pair => pair.Language),
                .. Split(judged, "task", pair => pair.Task),
            ],
            named == 0 ? null : judged.Sum(pair => pair.FirstPlace) / (double)named);
    }

    private static IEnumerable<ComparisonRow> Split(IReadOnlyCollection<JudgedPair> judged, string by, Func<JudgedPair, string?> name) =>
        from pair in judged
        group pair by name(pair) ?? "none" into rows
        orderby rows.Count() descending, rows.Key
        select new ComparisonRow($"{by} {rows.Key}", WinRate.Of([.. rows]));
}

/// <summary>One row of a comparison.</summary>
/// <param name="Name">What is counted.</param>
/// <param name="Rate">The win rate.</param>
internal sealed record ComparisonRow(string Name, WinRate Rate);
