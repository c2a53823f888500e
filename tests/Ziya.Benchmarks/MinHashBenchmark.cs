using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Text;
using Ziya.Corpus.Deduplication;

namespace Ziya.Benchmarks;

/// <summary>
/// Measures <c>dedup_minhash</c>. A file holds one JSON object a line with <c>text</c> or <c>content</c>.
/// <code>
/// minhash sign FILE...            signatures: MB/s of UTF-8 on one core, beside the same without vectors
/// minhash lines FILE...           cutting into lines and hashing them, as dedup_lines does; simhash fingerprints: MB/s of UTF-8 on one core
/// minhash permute                 permutations a second, beside a loop that does nothing else
/// minhash quality FILE...         edited pairs of the file's texts: found of those there are, by their Jaccard similarity
/// minhash plant FOLDER MB FILE... writes that many megabytes of made-up texts with planted duplicates
/// minhash grow FOLDER MB          a whole job over them: seconds, peak memory, duplicates found
/// minhash scale FOLDER RECORDS WORKERS   the stages alone, over made-up signatures: seconds by stage, peak memory, disk
/// </code>
/// </summary>
internal static class MinHashBenchmark
{
    private const int Hashes = 112;
    private const double SecondsEach = 3;

    /// <summary>Runs a subcommand; the exit code.</summary>
    public static int Run(string[] args)
    {
        switch (args)
        {
            case ["sign", .. var files]:
                Array.ForEach(files, Sign);
                return 0;
            case ["lines", .. var files]:
                Array.ForEach(files, Lines);
                return 0;
            case ["permute"]:
                Permute();
                return 0;
            case ["quality", .. var files]:
                Array.ForEach(files, MinHashQuality.Measure);
                return 0;
            case ["plant", var folder, var megabytes, .. var files]:
                MinHashGrowth.Plant(folder, int.Parse(megabytes, CultureInfo.InvariantCulture), files);
                return 0;
            case ["grow", var folder, var megabytes]:
                MinHashGrowth.Measure(folder, int.Parse(megabytes, CultureInfo.InvariantCulture));
                return 0;
            case ["scale", var folder, var records, var workers, .. var copyEvery]:
                MinHashScale.Measure(
                    folder, long.Parse(records, CultureInfo.InvariantCulture), int.Parse(workers, CultureInfo.InvariantCulture), copyEvery is [var every] ? int.Parse(every, CultureInfo.InvariantCulture) : 10);
                return 0;
            default:
                Console.Error.WriteLine("minhash sign FILE... | lines FILE... | permute | quality FILE... | plant FOLDER MB FILE... | grow FOLDER MB | scale FOLDER RECORDS WORKERS [COPY_EVERY]");
                return 2;
        }
    }

    private static void Sign(string file)
    {
        var texts = MinHashCorpus.Texts(file);
        var bytes = texts.Sum(text => (long)Encoding.UTF8.GetByteCount(text));
        var hasher = new MinHasher(5, new Permutations(Hashes));
        var plain = new MinHasher(5, new Permutations(Hashes, vectors: false));
        texts.ForEach(text => hasher.Sign(text));
        var before = GC.GetAllocatedBytesForCurrentThread();
        texts.ForEach(text => hasher.Sign(text));
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        var fast = Best(() => texts.ForEach(text => hasher.Sign(text)));
        var slow = Best(() => texts.ForEach(text => plain.Sign(text)));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Path.GetFileName(file),-16} {texts.Count,6} texts, {bytes / 1e6,6:f1} MB: {bytes / fast / 1e6,6:f1} MB/s, without vectors {bytes / slow / 1e6:f1} ({slow / fast:f1} x), {allocated} bytes allocated"));
    }

    private static void Lines(string file)
    {
        var texts = MinHashCorpus.Texts(file);
        var bytes = texts.Sum(text => (long)Encoding.UTF8.GetByteCount(text));
        var fold = new SpanFold();
        var starts = new List<int>();
        foreach (var unit in Enum.GetValues<SpanUnit>())
        {
            var seconds = Best(() => texts.ForEach(text =>
            {
                SpanCutter.Cut(text, unit, starts);
                for (var i = 0; i < starts.Count; i++)
                {
                    fold.TryHash(text.AsSpan(starts[i]..(i + 1 < starts.Count ? starts[i + 1] : text.Length)), out _, out _);
                }
            }));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(file),-16} {unit,-10} {bytes / seconds / 1e6,6:f0} MB/s"));
        }

        foreach (var bits in (int[])[64, 128])
        {
            var hasher = new SimHasher(4, bits);
            var fingerprint = new ulong[bits / 64];
            var seconds = Best(() => texts.ForEach(text => hasher.TryHash(text, fingerprint)));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(file),-16} simhash {bits} {bytes / seconds / 1e6,6:f0} MB/s"));
        }
    }

    private static void Permute()
    {
        const int Rounds = 200;
        var permutations = new Permutations(Hashes);
        var numbers = Enumerable.Range(0, 2048).Select(i => (uint)i * 2654435761).ToArray();
        var minima = new uint[permutations.Padded];
        var work = (double)Rounds * numbers.Length * Hashes;
        var own = work / Best(() => Repeat(Rounds, () => permutations.Lower(numbers, minima)));
        var scalar = work / Best(() => Repeat(Rounds, () => permutations.LowerOneByOne(numbers, minima)));
        var bound = (double)Rounds * numbers.Length * 64 / Best(() => Repeat(Rounds, () => Bound(numbers.Length)));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{own / 1e9:f1} G permutations/s; {own / bound:p0} of the {bound / 1e9:f1} G of a loop of the three instructions alone; {own / scalar:f1} x the {scalar / 1e9:f1} G without vectors"));
    }

    /// <summary>Multiply, add and minimum on registers: four chains, 64 permutations a round, no loads.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static uint Bound(int count)
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            return BoundBy256(count);
        }

        var factor = Vector512.Create(0x9E3779B1u);
        Vector512<uint> a = Vector512<uint>.AllBitsSet, b = a - factor, c = b - factor, d = c - factor;
        Vector512<uint> a1 = a, b1 = b, c1 = c, d1 = d;
        var x = factor;
        for (var i = 0; i < count; i++)
        {
            x += factor;
            a = Vector512.Min(a, (x * a1) + factor);
            b = Vector512.Min(b, (x * b1) + factor);
            c = Vector512.Min(c, (x * c1) + factor);
            d = Vector512.Min(d, (x * d1) + factor);
        }

        return Vector512.Sum(a + b + c + d);
    }

    private static uint BoundBy256(int count)
    {
        var factor = Vector256.Create(0x9E3779B1u);
        Vector256<uint> a = Vector256<uint>.AllBitsSet, b = a - factor, c = b - factor, d = c - factor;
        Vector256<uint> a1 = a, b1 = b, c1 = c, d1 = d;
        var x = factor;
        for (var i = 0; i < 2 * count; i++)
        {
            x += factor;
            a = Vector256.Min(a, (x * a1) + factor);
            b = Vector256.Min(b, (x * b1) + factor);
            c = Vector256.Min(c, (x * c1) + factor);
            d = Vector256.Min(d, (x * d1) + factor);
        }

        return Vector256.Sum(a + b + c + d);
    }

    private static void Repeat(int times, Action action)
    {
        for (var i = 0; i < times; i++)
        {
            action();
        }
    }

    /// <summary>Seconds of processor time, the best of several rounds: time on the wall says more about what else the machine does.</summary>
    private static double Best(Action action)
    {
        var best = double.MaxValue;
        for (var start = Environment.CpuUsage.TotalTime; (Environment.CpuUsage.TotalTime - start).TotalSeconds < SecondsEach;)
        {
            var round = Environment.CpuUsage.TotalTime;
            action();
            best = Math.Min(best, (Environment.CpuUsage.TotalTime - round).TotalSeconds);
        }

        return best;
    }
}
