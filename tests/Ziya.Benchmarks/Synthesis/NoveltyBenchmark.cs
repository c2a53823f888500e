using System.Globalization;
using Ziya.Synthesis.SelfInstruct;

namespace Ziya.Benchmarks.Synthesis;

/// <summary>
/// <c>novelty ACCEPTED QUERIES FILE.jsonl...</c>: whether a new instruction is more like any accepted one than ROUGE-L 0.7, by the index of <c>self_instruct</c> and by the plain loop that compares it with
/// each. Half of the queries are texts that were not accepted, half are accepted ones with a tenth of their characters or words changed.
/// </summary>
internal static class NoveltyBenchmark
{
    private const double Bound = 0.7;
    private const double Edits = 0.1;
    private const int Rounds = 20;

    public static int Run(string[] args)
    {
        if (args is not [var accepted, var asked, _, ..])
        {
            Console.Error.WriteLine("novelty ACCEPTED QUERIES FILE.jsonl...");
            return 2;
        }

        var random = new Random(7);
        var texts = args.Skip(2).SelectMany(MinHashCorpus.Texts).Distinct(StringComparer.Ordinal).ToArray();
        random.Shuffle(texts);
        var queries = int.Parse(asked, CultureInfo.InvariantCulture);
        var pool = texts[..int.Parse(accepted, CultureInfo.InvariantCulture)];
        var news = texts.Skip(pool.Length).Take(queries / 2).Concat(Enumerable.Range(0, queries - (queries / 2)).Select(_ => MinHashCorpus.Edit(pool[random.Next(pool.Length)], Edits, random))).ToArray();

        var start = Spent.Now;
        var index = new RougeIndex();
        foreach (var text in pool)
        {
            index.Add(text);
        }

        Console.WriteLine($"{pool.Length} accepted, {news.Length} new; the index is made in {Spent.Now - start}");
        foreach (var (name, some) in new[] { ("Chinese", news.Where(IsChinese)), ("other", news.Where(text => !IsChinese(text))) })
        {
            Compare(name, index, new PlainRouge(pool), [.. some]);
        }

        return 0;
    }

    private static bool IsChinese(string text) => text.Any(c => c is >= '\u4e00' and <= '\u9fff');

    private static void Compare(string name, RougeIndex index, PlainRouge plain, string[] news)
    {
        // Once to compile it, then often enough for a clock of milliseconds.
        var found = news.Select(text => index.Find(text, Bound)?.Text).ToArray();
        var start = Spent.Now;
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var text in news)
            {
                index.Find(text, Bound);
            }
        }

        var ours = (Spent.Now - start).Cpu / Rounds / news.Length;
        start = Spent.Now;
        var expected = news.Select(text => plain.Find(text, Bound)).ToArray();
        var theirs = (Spent.Now - start).Cpu / news.Length;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  {name,-8} {news.Length,5} new, {found.Count(one => one is not null)} too alike: index {ours.TotalMilliseconds:0.000} ms of the processor each, plain loop {theirs.TotalMilliseconds:0.0} ms, {theirs / ours:0} x; {found.Zip(expected).Count(pair => pair.First != pair.Second)} decide otherwise"));
    }
}
