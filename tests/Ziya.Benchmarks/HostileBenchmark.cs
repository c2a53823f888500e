using System.Globalization;
using System.Text;
using Ziya.Corpus.Filtering;
using Ziya.Corpus.Tests.Filtering;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Benchmarks;

/// <summary>
/// <c>hostile [MB] [STEP]...</c>: processor time of each step for corpora over the texts of the tests that are made to hang one, and over the same four times as long. A step whose time grows with the length takes
/// four times as much; with its square, sixteen. With MB, each text is so long and taken once: the longest any of them takes.
/// </summary>
internal static class HostileBenchmark
{
    private const int Many = 50_000;
    private const int Times = 4;
    private const double Suspect = 8;
    private const double SecondsEach = 0.03;

    /// <summary>Measures the steps named, or all; the exit code.</summary>
    public static int Run(string[] names)
    {
        if (names is [var first, ..] && int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var megabytes))
        {
            return Whole(megabytes, names[1..]);
        }

        var folder = Directory.CreateTempSubdirectory("ziya-hostile").FullName;
        var catalog = new StepCatalog(typeof(Sample).Assembly);
        var (small, large) = (HostileCases.Texts(Many), HostileCases.Texts(Many * Times));
        using var models = new ModelPool(null!, null!, TimeProvider.System);
        foreach (var definition in catalog.Steps.Where(step => names.Length == 0 || names.Contains(step.Name)))
        {
            var options = HostileCases.Options(definition.Name, folder);
            var asks = definition.Options.GetProperties().Any(property => property.IsDefined(typeof(ModelNameAttribute), false));
            if ((options is null && asks) || definition.Create(options ?? Activator.CreateInstance(definition.Options)!, 42, models) is not { } step || !step.In.IsAssignableFrom(typeof(Document)))
            {
                continue;
            }

            var all = small.Keys.Select(kind => Measure(step, kind, small[kind], large[kind])).ToList();
            var worst = all.MaxBy(one => one.Ratio);
            var slowest = all.MaxBy(one => one.Nanoseconds);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{definition.Name,-20} {(worst.Ratio > Suspect ? "SUSPECT " : "")}most {worst.Ratio,5:0.0} x ({worst.Kind}), median {all.Select(one => one.Ratio).Order().ElementAt(all.Count / 2):0.0} x; slowest {slowest.Nanoseconds,7:0} ns a character ({slowest.Kind})"));
        }

        Directory.Delete(folder, true);
        return 0;
    }

    /// <summary>Each text of so many megabytes of UTF-8, once.</summary>
    private static int Whole(int megabytes, string[] names)
    {
        var folder = Directory.CreateTempSubdirectory("ziya-hostile").FullName;
        var catalog = new StepCatalog(typeof(Sample).Assembly);
        using var models = new ModelPool(null!, null!, TimeProvider.System);
        foreach (var name in names)
        {
            var definition = catalog.Find(name) ?? throw new ArgumentException($"no step '{name}'");
            var step = definition.Create(HostileCases.Options(name, folder) ?? Activator.CreateInstance(definition.Options)!, 42, models);
            var apply = Applies(step);
            apply(Record("warm"));
            var worst = (Seconds: 0.0, Kind: "");
            foreach (var (kind, text) in HostileCases.Texts(megabytes * 100_000))
            {
                var record = Record(Repeated(text, megabytes * 1_000_000));
                var start = Environment.CpuUsage.TotalTime;
                apply(record);
                var spent = (Environment.CpuUsage.TotalTime - start).TotalSeconds;
                worst = spent > worst.Seconds ? (spent, kind) : worst;
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-20} {worst.Seconds,6:0.0} s at most ({worst.Kind})"));
        }

        Directory.Delete(folder, true);
        return 0;
    }

    /// <summary>A text over and over, or its beginning, up to so many bytes.</summary>
    private static string Repeated(string text, int bytes)
    {
        var length = (int)((long)bytes * text.Length / Encoding.UTF8.GetByteCount(text));
        return string.Concat(Enumerable.Repeat(text, (length / text.Length) + 1))[..length];
    }

    private static Action<Record> Applies(Step step) => step switch
    {
        IRecordStep one => record => one.Apply(record),
        IGlobalStep { Looks: false } all => record => all.Map(record, null, new Address(0, 0), new Nowhere()),
        _ => throw new InvalidOperationException($"'{step.Key}' asks a model."),
    };

    private static (string Kind, double Ratio, double Nanoseconds) Measure(Step step, string kind, string small, string large)
    {
        var apply = Applies(step);
        var (less, more) = (Record(small), Record(large));
        var (first, second) = (Seconds(() => apply(less)), Seconds(() => apply(more)));
        return (kind, second / first, second * 1e9 / large.Length);
    }

    private static Document Record(string text) => new() { Id = "d", Text = text, Source = "https://" + text };

    /// <summary>The least of some rounds, each of which is long enough to be measured.</summary>
    private static double Seconds(Action action)
    {
        var best = double.MaxValue;
        action();
        for (var round = 0; round < 3; round++)
        {
            var count = 0;
            var start = Environment.CpuUsage.TotalTime;
            double spent;
            do
            {
                action();
                count++;
                spent = (Environment.CpuUsage.TotalTime - start).TotalSeconds;
            }
            while (spent < SecondsEach && count < 10_000);

            best = Math.Min(best, Math.Max(spent, 1e-6) / count);
        }

        return best;
    }

    private sealed class Nowhere : IEntryWriter
    {
        public int Partitions => 4;

        public void Add(Channel channel, int partition, ReadOnlySpan<byte> entry)
        {
        }
    }
}
