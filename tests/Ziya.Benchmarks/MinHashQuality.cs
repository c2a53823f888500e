using System.Globalization;
using Ziya.Corpus.Deduplication;

namespace Ziya.Benchmarks;

/// <summary>Recall of <c>dedup_minhash</c> on edited pairs of texts against their exact Jaccard similarity and against theory, and precision among texts at large.</summary>
internal static class MinHashQuality
{
    private const int Pairs = 3000;
    private const int Bands = 14;
    private const int Rows = 8;
    private const int Ngram = 5;

    /// <summary>Measures one file.</summary>
    public static void Measure(string file)
    {
        var random = new Random(42);
        var hasher = new MinHasher(Ngram, new Permutations(Bands * Rows));
        var bins = Enumerable.Range(0, 10).Select(_ => new Bin()).ToArray();
        foreach (var text in MinHashCorpus.Made(MinHashCorpus.Texts(file), random).Take(Pairs))
        {
            var copy = MinHashCorpus.Edit(text, random.NextDouble() * 0.12, random);
            var jaccard = Jaccard(Grams(text), Grams(copy));
            var signature = hasher.Sign(text).ToArray();
            var other = hasher.Sign(copy);
            var bin = bins[Math.Min(9, (int)(jaccard * 10))];
            bin.Pairs++;
            bin.Expected += 1 - Math.Pow(1 - Math.Pow(jaccard, Rows), Bands);
            bin.Found += Match(signature, other) ? 1 : 0;
        }

        Console.WriteLine(Path.GetFileName(file));
        for (var i = 0; i < bins.Length; i++)
        {
            if (bins[i].Pairs > 0)
            {
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"  Jaccard {i / 10.0:f1} to {(i + 1) / 10.0:f1}: {bins[i].Pairs,5} pairs, found {(double)bins[i].Found / bins[i].Pairs:f3}, theory {bins[i].Expected / bins[i].Pairs:f3}"));
            }
        }
    }

    private static bool Match(ReadOnlySpan<uint> a, ReadOnlySpan<uint> b)
    {
        for (var band = 0; band < a.Length; band += Rows)
        {
            if (a.Slice(band, Rows).SequenceEqual(b.Slice(band, Rows)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The n-grams as strings: characters above U+3400 and words, folded, with blanks between.</summary>
    private static HashSet<string> Grams(string text)
    {
        var units = new List<string>();
        var word = "";
        foreach (var c in text.Normalize(System.Text.NormalizationForm.FormKC).ToLowerInvariant() + " ")
        {
            var isChinese = c is >= '\u3040' and <= '\u9fff' && char.IsLetter(c);
            if (!isChinese && (char.IsLetterOrDigit(c) || c is '\'' or '’'))
            {
                word += c;
                continue;
            }

            var trimmed = word.Trim('\'', '’').Replace('’', '\'');
            units.AddRange(trimmed.Length > 0 ? [trimmed] : []);
            units.AddRange(isChinese ? [c.ToString()] : []);
            word = "";
        }

        return [.. Enumerable.Range(0, Math.Max(1, units.Count - Ngram + 1)).Select(i => string.Join(' ', units.Skip(i).Take(Ngram)))];
    }

    private static double Jaccard(HashSet<string> a, HashSet<string> b)
    {
        var both = a.Count(b.Contains);
        return (double)both / (a.Count + b.Count - both);
    }

    private sealed class Bin
    {
        public int Pairs { get; set; }

        public int Found { get; set; }

        public double Expected { get; set; }
    }
}
