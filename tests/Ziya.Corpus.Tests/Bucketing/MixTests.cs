using System.Text;
using Ziya.Corpus.Bucketing;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Tests.Bucketing;

public sealed class MixTests
{
    private static readonly string[] Languages = ["zh", "en", "法", ""];

    /// <summary>Against arithmetic over all records: how often each comes, and what each group adds up to.</summary>
    [Theory]
    [InlineData("records")]
    [InlineData("bytes")]
    [InlineData("length")]
    [InlineData("scores.tokens")]
    public void Run_RandomGroups_TakesWhatIsWantedAndNeverMore(string unit)
    {
        for (var seed = 0; seed < 30; seed++)
        {
            var random = new Random(seed);
            var records = Records(random);
            var options = Options(random, unit);
            var warnings = new List<string>();

            var mixed = Mixed(options, records, random.Next(1, 6), random.Next(1, 4), 42, warnings);

            var obvious = Wanted(options, records);
            foreach (var (group, share) in Shares.Of(options))
            {
                var all = records.Where(record => record.Language == group && Amount(record, unit) is not null).ToList();
                var there = all.Sum(record => Amount(record, unit)!.Value);
                var wanted = obvious[group];
                var times = all.Select(record => mixed.Count(other => other.Id == record.Id || other.Id.StartsWith(record.Id + "#", StringComparison.Ordinal))).ToList();
                var taken = all.Zip(times).Sum(pair => Amount(pair.First, unit)!.Value * pair.Second);
                Assert.InRange(taken, Math.Max(0, wanted - (decimal)all.Select(record => Amount(record, unit)!.Value).DefaultIfEmpty().Max()), wanted);
                Assert.All(times, count => Assert.InRange(count, there == 0 ? 0 : (int)Math.Floor(wanted / there), there == 0 ? 0 : (int)Math.Floor(wanted / there) + 1));
                Assert.Equal(there == 0 && share > 0, warnings.Exists(warning => warning.Contains($"nothing of group '{group}'", StringComparison.Ordinal)));
            }

            Assert.All(mixed, record => Assert.Contains(record.Language!, Shares.Of(options).Keys));
            Assert.Equal(mixed.Count, mixed.Select(record => record.Id).Distinct().Count());
        }
    }

    [Theory]
    [InlineData(2, 3)]
    [InlineData(7, 1)]
    public void Run_OtherShards_TakesTheSameRecords(int shards, int partitions)
    {
        for (var seed = 0; seed < 10; seed++)
        {
            var records = Records(new Random(seed));
            var options = Options(new Random(seed), "bytes");

            Assert.Equal(
                Mixed(options, records, 1, 1).Select(record => record.Id).Order(StringComparer.Ordinal),
                Mixed(options, records, shards, partitions).Select(record => record.Id).Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public void Run_Epochs_RepeatsWithStableIdsAndMarksCopies()
    {
        var records = Enumerable.Range(0, 10).Select(i => Text($"d{i}", "zh", "文")).Append(Text("e", "en", "word")).ToList();

        var mixed = Mixed(new MixOptions { Within = "language", Epochs = new Dictionary<string, double> { ["zh"] = 2.5, ["en"] = 1 } }, records, 2, 1);

        Assert.Equal(26, mixed.Count);
        Assert.Equal(10, mixed.Count(record => Epoch(record) == 1 && record.Language == "zh"));
        Assert.Equal(10, mixed.Count(record => Epoch(record) == 2));
        Assert.Equal(5, mixed.Count(record => Epoch(record) == 3));
        Assert.All(mixed.Where(record => Epoch(record) > 1), copy => Assert.EndsWith($"#{Epoch(copy)}", copy.Id, StringComparison.Ordinal));
        Assert.All(mixed.Where(record => Epoch(record) == 3), copy => Assert.Contains(mixed, record => record.Id == copy.Id.Replace("#3", "#2", StringComparison.Ordinal)));
    }

    [Fact]
    public void Run_LargerBudget_KeepsAllThatASmallerOneDoes()
    {
        var records = Enumerable.Range(0, 60).Select(i => Text($"d{i}", "zh", new string('文', i % 7 + 1))).ToList();

        var small = Mixed(Budget(100), records, 3, 1).Select(record => record.Id).ToList();
        var large = Mixed(Budget(400), records, 3, 1).Select(record => record.Id).ToList();

        Assert.True(small.Count > 1 && large.Count > small.Count);
        Assert.Empty(small.Except(large));
        Assert.NotEqual(small, Mixed(Budget(100), records, 3, 1, seed: 7).Select(record => record.Id));

        static MixOptions Budget(double bytes) => new() { Within = "language", Unit = "bytes", Budgets = new Dictionary<string, double> { ["zh"] = bytes } };
    }

    [Fact]
    public void Run_WeightsWithoutTotal_TakesAllOfTheScarcestGroup()
    {
        var records = Enumerable.Range(0, 40).Select(i => Text($"z{i}", "zh", "文")).Concat(Enumerable.Range(0, 10).Select(i => Text($"e{i}", "en", "x"))).ToList();

        var mixed = Mixed(new MixOptions { Within = "language", Weights = new Dictionary<string, double> { ["zh"] = 0.7, ["en"] = 0.3 } }, records, 3, 2);

        Assert.Equal(10, mixed.Count(record => record.Language == "en"));
        Assert.Equal(23, mixed.Count(record => record.Language == "zh"));
        var repeated = Mixed(new MixOptions { Within = "language", MostEpochs = 2, Weights = new Dictionary<string, double> { ["zh"] = 2, ["en"] = 1 } }, records, 3, 2);
        Assert.Equal((40, 20), (repeated.Count(record => record.Language == "zh"), repeated.Count(record => record.Language == "en")));
    }

    [Fact]
    public void Run_BudgetThatCannotBeMet_IsSaid()
    {
        var warnings = new List<string>();
        var records = Enumerable.Range(0, 10).Select(i => Text($"z{i}", "zh", "文")).ToList();

        var mixed = Mixed(new MixOptions { Within = "language", MostEpochs = 1.5, Budgets = new Dictionary<string, double> { ["zh"] = 100, ["en"] = 5 } }, records, 1, 1, 42, warnings);

        Assert.Equal(15, mixed.Count);
        Assert.Equal(
            [
                "group 'zh' should have 100 records and gets 15: there are 10, repeated at most 1.5 times (most_epochs).",
                "there is nothing of group 'en' ('within: language'), which the mix names.",
            ],
            warnings);
    }

    [Fact]
    public void Run_RecordsThatTakeNoPart_LeaveWithTheirReason()
    {
        var records = new List<Record> { Text("a", "zh", "文"), Text("b", "fr", "x"), Text("c", null, "x"), Text("d", "zh", "文") with { Scores = Scores.Empty.With("tokens", 3) } };
        var options = new MixOptions { Within = "language", Unit = "scores.tokens", Weights = new Dictionary<string, double> { ["zh"] = 1 } };

        var drops = GlobalStepRunner.Run(() => new Mix(options) { Seed = 42 }, records, 2, 1).Select(result => result.Drop);

        Assert.Equal(["unscored", "not_in_mix", "not_in_mix", null], drops.Select(drop => drop?.Reason));
        Assert.Equal("fr", (string?)drops.ElementAt(1)!.Detail!["language"]);
    }

    [Fact]
    public void Run_ManySeeds_TakesEveryRecordEquallyOften()
    {
        const int Seeds = 400;
        var records = Enumerable.Range(0, 20).Select(i => Text($"文{i}", "zh", new string('文', i + 1))).ToList();
        var counts = records.ToDictionary(record => record.Id, _ => 0);
        var options = new MixOptions { Within = "language", Budgets = new Dictionary<string, double> { ["zh"] = 5 } };
        for (var seed = 0UL; seed < Seeds; seed++)
        {
            Mixed(options, records, 1, 1, seed).ForEach(record => counts[record.Id]++);
        }

        // A quarter each; 45 is over five standard deviations.
        Assert.All(counts.Values, count => Assert.InRange(count, (Seeds / 4) - 45, (Seeds / 4) + 45));
    }

    [Theory]
    [InlineData("within: language", "give one of 'weights', 'budgets' and 'epochs'")]
    [InlineData("within: language, weights: { zh: 1 }, epochs: { zh: 1 }", "give one of 'weights', 'budgets' and 'epochs'")]
    [InlineData("within: language, weights: { zh: 0, en: 0 }", "every group has 0")]
    [InlineData("within: language, budgets: { zh: 1 }, total: 5", "'total' goes with 'weights'")]
    [InlineData("within: language, epochs: { zh: 1 }, most_epochs: 5", "'most_epochs' goes with")]
    [InlineData("within: langauge, epochs: { zh: 1 }", "there is no field 'langauge' to group by")]
    [InlineData("within: id, epochs: { zh: 1 }", "makes a group of every record")]
    [InlineData("within: language, weights: { zh: -1 }", "out of range")]
    [InlineData("within: language, epochs: { zh: 1e9 }", "out of range")]
    [InlineData("within: language, weights: { zh: viel }", "expects a number")]
    [InlineData("within: language, weights: { zh: 1 }, unit: tokens", "reads 'tokens', which nothing before it writes")]
    [InlineData("weights: { zh: 1 }", "lacks 'within'")]
    public void Parse_WrongOptions_AreFaultsOfTheJob(string options, string message)
    {
        var thrown = Assert.Throws<JobFaultException>(() => JobFile.Parse(
            $"job: t\ninput: {{ read: a.jsonl }}\nsteps: [mix: {{ {options} }}]\noutput: {{ write: out }}\n", "job.yaml", [], new StepCatalog(typeof(Mix).Assembly), false));

        Assert.Contains(message, string.Join('\n', thrown.Faults.Select(fault => fault.ToString())), StringComparison.Ordinal);
    }

    private static double Epoch(Record record) => record.Scores.TryGet("epoch", out var epoch) ? epoch : 0;

    private static List<Record> Mixed(MixOptions options, IReadOnlyList<Record> records, int shards, int partitions, ulong seed = 42, List<string>? warnings = null)
    {
        var created = new List<Record>();
        var kept = GlobalStepRunner.Run(() => new Mix(options) { Seed = seed }, records, shards, partitions, null, created, warnings);
        return [.. kept.Where(result => result.Drop is null).Select(result => result.Record), .. created];
    }

    private static Dictionary<string, decimal> Wanted(MixOptions options, List<Record> records)
    {
        decimal There(string group) => records.Where(record => record.Language == group).Sum(record => Amount(record, options.Unit) ?? 0);
        if (options.Epochs.Count > 0)
        {
            return options.Epochs.ToDictionary(pair => pair.Key, pair => Math.Floor((decimal)pair.Value * There(pair.Key)));
        }

        if (options.Budgets.Count > 0)
        {
            return options.Budgets.ToDictionary(pair => pair.Key, pair => Math.Floor(Math.Min((decimal)pair.Value, There(pair.Key) * (decimal)options.MostEpochs)));
        }

        var total = (decimal)options.Total!.Value;
        return options.Weights.ToDictionary(
            pair => pair.Key,
            pair => Math.Floor(Math.Min(Math.Floor(Math.Round(total * (decimal)pair.Value / options.Weights.Values.Sum(weight => (decimal)weight), 6)), There(pair.Key) * (decimal)options.MostEpochs)));
    }

    private static long? Amount(Record record, string unit) => unit switch
    {
        "records" => 1,
        "bytes" => Encoding.UTF8.GetByteCount(record.Content),
        "length" => record.Content.Length,
        _ => record.Scores.TryGet("tokens", out var tokens) ? (long)tokens : null,
    };

    private static MixOptions Options(Random random, string unit)
    {
        var numbers = Languages.Take(3).ToDictionary(language => language, language => language == "zh" ? 1.5 : Math.Round(random.NextDouble() * 3, 1));
        var options = new MixOptions { Within = "language", Unit = unit };
        return random.Next(3) switch
        {
            0 => options with { Epochs = numbers },
            1 => options with { Weights = numbers, Total = random.Next(1, 5000), MostEpochs = random.Next(1, 4) },
            _ => options with { Budgets = numbers.ToDictionary(pair => pair.Key, pair => Math.Round(pair.Value * 500)), MostEpochs = 1 + Math.Round(random.NextDouble(), 1) },
        };
    }

    private static List<Record> Records(Random random) =>
    [
        .. Enumerable.Range(0, random.Next(1, 80)).Select(i =>
        {
            var language = random.Next(9) == 0 ? null : Languages[random.Next(Languages.Length)];
            var record = Text($"d{i}", language, string.Concat(Enumerable.Repeat(language == "en" ? "word " : "字", random.Next(1, 30))));
            return random.Next(6) == 0 ? record : record with { Scores = Scores.Empty.With("tokens", random.Next(0, 40)) };
        }),
    ];

    private static Document Text(string id, string? language, string text) => new Document { Id = id, Text = text, Language = language };
}
