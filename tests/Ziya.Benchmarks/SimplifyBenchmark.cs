using System.Globalization;
using Ziya.Corpus.Cleaning;

namespace Ziya.Benchmarks;

/// <summary><c>simplify VARIETY TEXT REFERENCE</c>: <c>simplify_chinese</c> over the lines of a text, beside what OpenCC's program made of them: characters and lines that are the same, and the first that are not.</summary>
internal static class SimplifyBenchmark
{
    private const int MostShown = 20;

    /// <summary>Compares; the exit code.</summary>
    public static int Run(string[] args)
    {
        if (args is not [var variety, var text, var reference])
        {
            Console.Error.WriteLine("simplify Traditional|Taiwan|TaiwanWords|HongKong TEXT REFERENCE");
            return 2;
        }

        var step = new SimplifyChinese(new SimplifyChineseOptions { From = Enum.Parse<ChineseVariety>(variety) });
        var (lines, equal, characters, differing, changed) = (0, 0, 0L, 0L, 0L);
        var kinds = new Dictionary<string, int>();
        foreach (var (line, other) in File.ReadLines(text).Zip(File.ReadLines(reference)))
        {
            var own = step.Text(line);
            lines++;
            equal += own == other ? 1 : 0;
            characters += line.Length;
            changed += line.Zip(other).LongCount(pair => pair.First != pair.Second);
            for (var i = 0; i < Math.Min(own.Length, other.Length); i++)
            {
                if (own[i] != other[i])
                {
                    differing++;
                    var kind = $"{line[Math.Max(0, i - 1)..Math.Min(line.Length, i + 2)]}: {own[i]} here, {other[i]} there";
                    kinds[kind] = kinds.GetValueOrDefault(kind) + 1;
                }
            }

            differing += Math.Abs(own.Length - other.Length);
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{lines} lines, {equal} the same; {characters} characters, {changed} changed by the reference, {differing} differ: {1 - ((double)differing / characters):p4} agree, {1 - ((double)differing / Math.Max(1, changed)):p3} of what changes"));
        foreach (var (kind, count) in kinds.OrderByDescending(pair => pair.Value).Take(MostShown))
        {
            Console.WriteLine($"{count,7} {kind}");
        }

        return 0;
    }
}
