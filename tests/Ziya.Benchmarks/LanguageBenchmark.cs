using System.Diagnostics;
using System.Globalization;
using System.Text;
using Ziya.Corpus.Scoring;

namespace Ziya.Benchmarks;

/// <summary>
/// Builds and measures <see cref="LanguageIdentifier"/>. Texts are lines of <c>label TAB text</c>, with U+0001 for a line feed;
/// a first file that ends with <c>.bin</c> holds the profiles to measure instead of the embedded ones.
/// <code>
/// language train UDHR_FOLDER CHECKOUTS OUTPUT [HOLD_OUT_EVERY]   writes the profiles
/// language accuracy FILE...                                      share of right answers, mean confidence, commonest errors
/// language peer FILE ANSWERS...                              right answers by language, beside another program's
/// language speed FILE...                                         MB/s of UTF-8 on one core, and bytes allocated
/// </code>
/// </summary>
internal static class LanguageBenchmark
{
    private const int SpeedRounds = 50;

    /// <summary>Runs a subcommand; the exit code.</summary>
    public static int Run(string[] args)
    {
        switch (args)
        {
            case ["train", var udhr, var checkouts, var output]:
                LanguageProfiles.Build(udhr, checkouts, output, 0);
                return 0;
            case ["train", var udhr, var checkouts, var output, var every]:
                LanguageProfiles.Build(udhr, checkouts, output, int.Parse(every, CultureInfo.InvariantCulture));
                return 0;
            case ["accuracy", .. var files]:
                Measure(files, Accuracy);
                return 0;
            case ["speed", .. var files]:
                Measure(files, Speed);
                return 0;
            case ["peer", .. var pairs]:
                return LanguagePeer.Run(pairs);
            default:
                Console.Error.WriteLine("language train UDHR_FOLDER CHECKOUTS OUTPUT [HOLD_OUT_EVERY] | accuracy FILE... | speed FILE... | peer FILE ANSWERS...");
                return 2;
        }
    }

    private static void Measure(string[] files, Action<LanguageIdentifier, string> measure)
    {
        var identifier = LanguageIdentifier.Default;
        if (files is [var first, .. var others] && first.EndsWith(".bin", StringComparison.Ordinal))
        {
            using var profiles = File.OpenRead(first);
            identifier = new LanguageIdentifier(LanguageProfileFile.Read(profiles));
            files = others;
        }

        Array.ForEach(files, file => measure(identifier, file));
    }

    private static void Accuracy(LanguageIdentifier identifier, string file)
    {
        var answers = Read(file).Select(row => (row.Label, Guess: identifier.Identify(row.Text))).ToArray();
        var right = answers.Count(a => a.Label == a.Guess.Language);
        var confidence = answers.Average(a => a.Guess.Confidence);
        var errors = answers.Where(a => a.Label != a.Guess.Language).GroupBy(a => $"{a.Label}>{a.Guess.Language}")
            .OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal).Take(8).Select(g => $"{g.Key}:{g.Count()}");
        var name = Path.GetFileNameWithoutExtension(file);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name,-36} n={answers.Length,5} right={(double)right / answers.Length:f4} confidence={confidence:f3} {string.Join(' ', errors)}"));
    }

    private static void Speed(LanguageIdentifier identifier, string file)
    {
        var texts = Read(file).Select(row => row.Text).ToArray();
        var bytes = texts.Sum(text => (long)Encoding.UTF8.GetByteCount(text));
        var best = double.MaxValue;
        long allocated = 0;
        for (var round = 0; round < SpeedRounds; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var start = Stopwatch.GetTimestamp();
            foreach (var text in texts)
            {
                identifier.Identify(text);
            }

            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Path.GetFileNameWithoutExtension(file),-36} {bytes / texts.Length} bytes a text, {bytes / best / 1e6:f1} MB/s, {best * 1e6 / texts.Length:f2} us a text, {allocated} bytes allocated"));
    }

    private static IEnumerable<(string Label, string Text)> Read(string file) => File.ReadLines(file)
        .Select(line => line.Split('\t', 2)).Where(parts => parts.Length == 2)
        .Select(parts => (parts[0], parts[1].Replace('\u0001', '\n')));
}
