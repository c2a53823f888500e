using System.Runtime.InteropServices;
using Ziya.Pipeline.Shuffle;

namespace Ziya.Corpus.Scoring.Lm;

/// <summary>
/// Estimates an n-gram model with interpolated modified Kneser-Ney smoothing (Chen and Goodman 1998) the way lmplz does (Heafield et al. 2013), on disk where memory does not suffice.
/// </summary>
/// <remarks>
/// <list type="number">
/// <item>Tokens get numbers; the lines are kept on the disk as numbers.</item>
/// <item>N-grams of the highest order are counted, lines filled up with beginnings in front, by sorting them by their last token, the one before, and so on.</item>
/// <item>In that order the counts of lower orders follow in one pass (<see cref="AdjustedCounts"/>), and from their counts of counts the discounts.</item>
/// <item>Sorted by context, each n-gram gets its discounted share of the context's counts, and the context what is left (<see cref="ContextPass"/>).</item>
/// <item>Back in the order of 2., where each n-gram stands behind the one without its first token, what is left is spread by the lower order (<see cref="Interpolation"/>).</item>
/// </list>
/// </remarks>
internal sealed class LmTrainer(LmTrainOptions options, LmTokens tokens) : IDisposable
{
    private const int BlockIds = 1 << 14;

    private readonly LmVocabulary _vocabulary = new();
    private readonly SortRun _lines = new(options.Scratch, 0);
    private readonly List<int> _ids = [];
    private readonly List<int> _block = new(BlockIds);

    /// <summary>Tokens that were taken.</summary>
    public long Tokens { get; private set; }

    /// <summary>Lines that were taken.</summary>
    public long Lines { get; private set; }

    /// <summary>Names of the marks of a line in the text, which are passed over.</summary>
    public long Marks { get; private set; }

    /// <summary>Takes a line, in UTF-8. One without tokens is a line too.</summary>
    public void Add(ReadOnlySpan<byte> line)
    {
        // 1.
        _ids.Clear();
        tokens.Cut(line, _vocabulary, true, _ids);
        foreach (var id in CollectionsMarshal.AsSpan(_ids))
        {
            if (id > LmVocabulary.End)
            {
                _block.Add(id);
                Tokens++;
            }
            else
            {
                Marks++;
            }
        }

        Lines++;
        _block.Add(LmVocabulary.End);
        if (_block.Count >= BlockIds)
        {
            Flush();
        }
    }

    /// <summary>Estimates the model; the number of n-grams by order and the discounts.</summary>
    /// <exception cref="InvalidDataException">There is no text, or too little of it for discounts.</exception>
    public IReadOnlyList<(long Grams, float[] Discounts)> Estimate(params IReadOnlyList<ILmSink> sinks)
    {
        Flush();
        _lines.Finish();
        if (Tokens == 0)
        {
            throw new InvalidDataException("there is no text to train on: no line has a token.");
        }

        var layout = new GramLayout(options.Order, GramLayout.BitsFor(_vocabulary.Count));
        if (layout.KeyBits > 128)
        {
            throw new InvalidDataException($"{_vocabulary.Count} different tokens are too many for order {options.Order}: {options.Order} x {layout.Bits} bits are above 128. A lower order fits, or tokens of a tokenizer.");
        }

        // 2.
        using var counter = new GramSorter(options.Scratch, options.MemoryBytes, layout.KeyBits, adds: true);
        Count(layout, counter);

        // 3.
        using var contexts = new ContextPass(options, layout, new long[_vocabulary.Count]);
        var counts = new AdjustedCounts(options, layout, contexts.Add);
        for (var grams = counter.Sorted(); grams.Next();)
        {
            counts.Add(grams.Current);
        }

        counts.End();
        counter.Dispose();
        var discounts = counts.Stats.Select((stats, i) => stats.Discounts(options.Fallback) ?? throw NoDiscounts(i + 1)).ToArray();

        // 4.
        contexts.Run(discounts);

        // 5.
        var kept = counts.Stats.Select(stats => stats.Kept).ToArray();
        foreach (var sink in sinks)
        {
            sink.Begin(kept, _vocabulary);
        }

        new Interpolation(contexts, layout, _vocabulary.Count, sinks).Run();
        return [.. kept.Zip(discounts)];
    }

    public void Dispose() => _lines.Dispose();

    private static InvalidDataException NoDiscounts(int order) => new(
        $"the counts of {order}-grams give no discounts: the text is too small, or not natural (duplicates, one word a class). Deduplicate it, or train with --discount-fallback.");

    private void Flush()
    {
        if (_block.Count > 0)
        {
            _lines.Add(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_block)));
            _block.Clear();
        }
    }

    private void Count(GramLayout layout, GramSorter counter)
    {
        UInt128 start = 0;
        for (var i = 1; i < options.Order; i++)
        {
            start = layout.Push(start, LmVocabulary.Begin);
        }

        var key = start;
        using var blocks = _lines.Read();
        while (blocks.MoveNext())
        {
            foreach (var id in MemoryMarshal.Cast<byte, int>(blocks.Current.Span))
            {
                key = layout.Push(key, id);
                counter.Add(new Gram(key, 1));
                key = id == LmVocabulary.End ? start : key;
            }
        }
    }
}
