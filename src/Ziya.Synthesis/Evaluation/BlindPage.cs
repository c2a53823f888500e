using Ziya.Corpus.Evaluation;
using Ziya.Synthesis.Prompts;

namespace Ziya.Synthesis.Evaluation;

/// <summary>A page on which people compare two models' answers without knowing whose is whose.</summary>
/// <remarks>
/// 1. Of the pairs those with the smallest hash of seed and id are taken, in the order of that hash: a sample that depends on nothing else.
/// 2. Another hash of seed and id decides whose answer stands on the left. The page itself does not say, not even in its source; the key does.
/// </remarks>
internal static class BlindPage
{
    /// <summary>The page and its key.</summary>
    /// <param name="answers">The pairs.</param>
    /// <param name="count">How many of them at most.</param>
    /// <param name="seed">What is drawn by.</param>
    /// <param name="title">Shown on top; it should not tell either.</param>
    public static (string Page, PageKey Key) Make(AnswerPairs answers, int count, ulong seed, string title)
    {
        var (items, key) = (new List<PageItem>(), new List<KeyItem>());
        foreach (var pair in answers.Pairs.OrderBy(pair => Asking.Draw(seed, pair.Id, "drawn")).ThenBy(pair => pair.Id, StringComparer.Ordinal).Take(count))
        {
            var isFirstLeft = Asking.Draw(seed, pair.Id, "left") % 2 == 0;
            var (left, right) = isFirstLeft ? (pair.Candidates[0], pair.Candidates[1]) : (pair.Candidates[1], pair.Candidates[0]);
            PagePart[] parts = [.. pair.System is { Length: > 0 } system ? [new PagePart("system", system)] : Array.Empty<PagePart>(), new("question", pair.Said())];
            items.Add(new PageItem(items.Count + 1, pair.Language, pair.Task, parts, [left.Output.Trim(), right.Output.Trim()]));
            key.Add(new KeyItem(items.Count, pair.Id, pair.Language, pair.Task, Left: left.Model));
        }

        return (JudgingPage.Write(title, JudgingPage.Pairs, items), new PageKey
        {
            Page = JudgingPage.IdOf(JudgingPage.Pairs, items),
            Kind = JudgingPage.Pairs,
            Seed = seed,
            Of = answers.Pairs.Count,
            Names = [answers.First, answers.Second],
            Items = key,
        });
    }
}
