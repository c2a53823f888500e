using System.Globalization;
using Ziya.Corpus.Evaluation;

namespace Ziya.Synthesis.Evaluation;

/// <summary>What people said on a page of pairs, told apart by its key.</summary>
internal static class JudgedByPeople
{
    /// <summary>The judgements, in the order of judges and of the page.</summary>
    public static IEnumerable<JudgedPair> Of(PageKey key, IEnumerable<JudgedPage> pages)
    {
        var first = key.Names[0];
        foreach (var page in pages)
        {
            foreach (var item in key.Items)
            {
                if (page.Judged.TryGetValue(item.Number.ToString(CultureInfo.InvariantCulture), out var verdict))
                {
                    var isLeft = verdict.Choice == "left";
                    var isTie = verdict.Choice == "tie";
                    var points = isTie ? 0.5 : isLeft == (item.Left == first) ? 1 : 0;
                    yield return new(page.Judge, item.Id, item.Task, item.Language, points, isLeft ? 1 : 0, isTie ? 0 : 1);
                }
            }
        }
    }
}
