using System.IO.Hashing;
using System.Runtime.InteropServices;
using Ziya.Pipeline.Records;

namespace Ziya.Corpus.Evaluation;

/// <summary>A page on which people look at a sample of a dataset, record by record: good, or bad and why. Ziya2 has a thousand of its records looked at (Gan et al. 2023, arXiv:2311.03301).</summary>
/// <remarks>The sample are the records with the smallest hash of seed and id, in that order: it depends on nothing else, and only as many records as it holds are in memory.</remarks>
internal static class ReviewPage
{
    // Nobody reads more of a record, and a page of a thousand has to open.
    private const int MostText = 8000;

    /// <summary>The page and its key.</summary>
    /// <param name="records">The dataset.</param>
    /// <param name="count">How many records at most.</param>
    /// <param name="seed">What is drawn by.</param>
    /// <param name="title">Shown on top.</param>
    public static (string Page, PageKey Key) Make(IEnumerable<Record> records, int count, ulong seed, string title)
    {
        var (sample, of) = Draw(records, count, seed);
        PageItem[] items = [.. sample.Select((record, at) => new PageItem(at + 1, record.Language, record.Source, PartsOf(record)))];
        return (JudgingPage.Write(title, JudgingPage.Review, items), new PageKey
        {
            Page = JudgingPage.IdOf(JudgingPage.Review, items),
            Kind = JudgingPage.Review,
            Seed = seed,
            Of = of,
            Items = [.. sample.Select((record, at) => new KeyItem(at + 1, record.Id, record.Language, (record as Instruction)?.Task, record.Source))],
        });
    }

    private static (List<Record> Sample, long Of) Draw(IEnumerable<Record> records, int count, ulong seed)
    {
        // The greatest hash on top, so that a smaller one takes its place.
        var drawn = new PriorityQueue<Record, (ulong Hash, string Id)>(Comparer<(ulong Hash, string Id)>.Create((a, b) => -Compare(a, b)));
        var of = 0L;
        foreach (var record in records)
        {
            of++;
            var rank = Rank(record, seed);
            if (drawn.Count < count)
            {
                drawn.Enqueue(record, rank);
            }
            else if (drawn.TryPeek(out _, out var last) && Compare(rank, last) < 0)
            {
                drawn.DequeueEnqueue(record, rank);
            }
        }

        return ([.. drawn.UnorderedItems.OrderBy(item => item.Priority.Hash).ThenBy(item => item.Priority.Id, StringComparer.Ordinal).Select(item => item.Element)], of);
    }

    private static (ulong Hash, string Id) Rank(Record record, ulong seed) => (XxHash3.HashToUInt64(MemoryMarshal.AsBytes(record.Id.AsSpan()), (long)seed), record.Id);

    private static int Compare((ulong Hash, string Id) a, (ulong Hash, string Id) b) => a.Hash != b.Hash ? a.Hash.CompareTo(b.Hash) : string.CompareOrdinal(a.Id, b.Id);

    private static PagePart[] PartsOf(Record record) => record switch
    {
        Instruction instruction =>
        [
            .. Part("system", instruction.System), .. Part("question", string.Join('\n', new[] { instruction.Text, instruction.Input }.Where(part => !string.IsNullOrEmpty(part)))),
            .. Part("answer", instruction.Output), .. instruction.Candidates.SelectMany(candidate => Part("answer", candidate.Output)),
        ],
        Dialogue dialogue => [.. dialogue.Messages.SelectMany(message => Part(message.Role switch { "user" => "question", "assistant" => "answer", var role => role }, message.Content))],
        Preference preference => [.. Part("system", preference.System), .. Part("question", preference.Prompt), .. Part("chosen", preference.Chosen), .. Part("rejected", preference.Rejected)],
        _ => [.. Part("text", record.Content)],
    };

    private static IEnumerable<PagePart> Part(string name, string? text)
    {
        if (!string.IsNullOrEmpty(text))
        {
            yield return new(name, Excerpt.Marked(text, MostText, " …"));
        }
    }
}
