using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Pipeline.Runs;

/// <summary>What a step made, beside what it made it of.</summary>
/// <param name="Before">The record as it came to the step, or the one that the lineage names as the parent.</param>
/// <param name="After">What the step made of it; with a reason where it was dropped at once. Texts that are the same on both sides stand before only.</param>
public sealed record Comparison(Example Before, Example After)
{
    /// <summary>Whether a step changed or made what people should see beside what it was made of.</summary>
    internal static bool IsWorthSeeing(Record before, Record after) => (before, after) switch
    {
        (Instruction was, Instruction now) => was.Text != now.Text || was.Input != now.Input || was.System != now.System || IsRewritten(was, now) || IsChosen(was, now),
        (Document, Instruction) => true,
        _ => false,
    };

    /// <summary>The two side by side.</summary>
    internal static Comparison Of(Record before, Record after, string step, Drop? drop, double rank)
    {
        var left = Example.Of(before, null, null, rank);
        var right = Example.Of(after, drop is null ? null : step, drop, rank);
        if (before is Document document && after is Instruction { Output: { Length: > 0 } output } && IsOf(output, document.Text))
        {
            // Only the passage that was taken, and not on both sides.
            left = left with { Text = Excerpt.Of(output, 1200), Length = output.Length };
            right = right with { Parts = [.. right.Parts!.Where(part => part.Name != "output")] };
        }

        return new Comparison(left, right with { Parts = [.. right.Parts!.Where(part => left.Parts?.Any(same => same.Name == part.Name && same.Text == part.Text && same.Length == part.Length) != true)] });
    }

    /// <summary>The record that another one says it was made of, among those there are.</summary>
    internal static Record ParentOf(Instruction made, Record before, IReadOnlyList<Made<Record>> siblings) =>
        made.Lineage.GetText("parent") is { } parent && parent != before.Id ? siblings.FirstOrDefault(one => one.Record.Id == parent)?.Record ?? before : before;

    private static bool IsRewritten(Instruction was, Instruction now) => !string.IsNullOrEmpty(was.Output) && was.Output != now.Output;

    private static bool IsChosen(Instruction was, Instruction now) => was.Candidates.Count > 1 && now.Candidates.Count == 0 && !string.IsNullOrEmpty(now.Output);

    // By its beginning: white space further in may have been cleaned.
    private static bool IsOf(string passage, string text)
    {
        const int Looked = 12;
        var start = passage.AsSpan(0, Math.Min(Looked, passage.Length));
        return text.AsSpan().IndexOf(start) >= 0;
    }
}
