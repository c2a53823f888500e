using System.Text.Json;
using Ziya.Corpus.Scoring.Classification;
using Ziya.Corpus.Tests.Fixtures;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Tests.Scoring.Classification;

public sealed class ClassifierTests : IDisposable
{
    private static readonly string[] Labels = ["advert", "prose"];

    private readonly string _path = Path.Combine(Directory.CreateTempSubdirectory("ziya-classify-").FullName, "a.clf");
    private readonly ModelPool _pool = new(null!, null!, TimeProvider.System);

    public void Dispose()
    {
        _pool.Dispose();
        Directory.Delete(Path.GetDirectoryName(_path)!, true);
    }

    [Fact]
    public void Train_SampleTexts_TellsOtherTextsApartAndIsTheSameEachTime()
    {
        var model = Train();
        model.Write(_path);
        var bytes = File.ReadAllBytes(_path);
        Train().Write(_path);

        Assert.Equal(bytes, File.ReadAllBytes(_path));
        Assert.Equal(1, ClassifierReport.Of(LinearClassifier.Read(_path), Texts("test.jsonl")).Accuracy);
    }

    // Not its bytes: the last bits of exponentials differ between machines.
    [Fact]
    public void Read_ClassifierThatShips_IsWhatTheSampleMakes()
    {
        var shipped = LinearClassifier.Read(Path.Combine(SampleCorpus.Root, "classify", "advert.clf"));
        var texts = Texts("train.jsonl");
        var trained = ClassifierTrainer.Train(texts, Labels, new ClassifierOptions { Bits = shipped.Bits }, out _);

        Assert.Equal(Labels, shipped.Labels);
        Span<double> one = stackalloc double[2], other = stackalloc double[2];
        foreach (var (text, _) in texts)
        {
            shipped.Probabilities(shipped.Features().Of(text), one);
            trained.Probabilities(trained.Features().Of(text), other);
            Assert.Equal(one[0], other[0], 0.01);
        }
    }

    [Fact]
    public void Of_RandomTexts_GivesTheRowsOfTheObviousGrams()
    {
        // Equal n-grams have equal rows, different ones different rows: as many rows as the obvious cutting has n-grams.
        string[] parts = ["春", "天", "来", "Cat", "sat", "12", "，", "!"];
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            string[] units = [.. Enumerable.Range(0, random.Next(0, 12)).Select(_ => parts[random.Next(parts.Length)])];
            var grams = Enumerable.Range(0, units.Length).SelectMany(end =>
                Enumerable.Range(1, Math.Min(end + 1, units[end] is "春" or "天" or "来" ? 3 : 2)).Select(n => string.Join(' ', units[(end + 1 - n)..(end + 1)]))).ToArray();
            var rows = new TextFeatures(24, 2, 3).Of(string.Join(' ', units).ToUpperInvariant()).ToArray();

            Assert.Equal(grams.Length, rows.Length);
            Assert.Equal(grams.Distinct().Count(), rows.Distinct().Count());
            Assert.Equal(grams.Distinct().Count(), grams.Zip(rows).Distinct().Count());
        }
    }

    [Fact]
    public void Fit_OverconfidentModel_FindsTheTemperature()
    {
        // Logits are three times what they should be for texts that are right in 73 of 100: e^1 / (1 + e^1).
        var model = new LinearClassifier { Labels = Labels, Bits = 10, WordGrams = 1, CharacterGrams = 1, Biases = [0, 3], Weights = new float[2 << 10] };

        Assert.Equal(3, Calibration.Fit(model, Enumerable.Range(0, 1000).Select(i => ("a", i < 731 ? 1 : 0))), 0.02);
        model.Temperature = 3;
        Assert.InRange(ClassifierReport.Of(model, Enumerable.Range(0, 1000).Select(i => ("a", i < 731 ? 1 : 0))).Ece, 0, 0.001);
    }

    [Fact]
    public void Apply_Limits_DropWhatIsBeyondAndScoreTheRest()
    {
        Train().Write(_path);
        var step = Step(new ClassifyOptions { Model = _path, Name = "quality", Min = new Dictionary<string, double> { ["prose"] = 0.5 } });

        Assert.Equal(["quality_advert", "quality_prose"], step.Writes);
        Assert.Empty(step.Check());
        foreach (var (text, label) in Texts("test.jsonl"))
        {
            var verdict = ((IRecordStep)step).Apply(new Document { Id = "a", Text = text });
            Assert.Equal(label == 0 ? "below_prose" : null, verdict.Reason);
            Assert.True(label == 0 || (verdict.Record!.Scores.TryGet("quality_prose", out var good) && verdict.Record.Scores.TryGet("quality_advert", out var bad) && Math.Abs(good + bad - 1) < 1e-5));
        }

        Assert.Null(((IRecordStep)step).Apply(new Instruction { Id = "b", Text = "写一段关于雨后山路的文字", Output = "雨后的山路有些滑，我们扶着栏杆慢慢往下走。" }).Reason);
    }

    [Theory]
    [InlineData(-1, 0, "is empty")]
    [InlineData(0, 1, "is no classifier of")]
    [InlineData(8, 7, "is of version 7, and this program reads 1")]
    [InlineData(300, 99, "is damaged")]
    public void Check_SpoiltFile_IsRefused(int at, byte value, string said)
    {
        Train().Write(_path);
        var bytes = File.ReadAllBytes(_path);
        bytes[Math.Max(0, at)] = value;
        File.WriteAllBytes(_path, at < 0 ? [] : bytes);

        Assert.Contains(said, Assert.Single(Step(new ClassifyOptions { Model = _path }).Check()), StringComparison.Ordinal);
        Assert.Empty(Step(new ClassifyOptions { Model = _path }).Writes);
    }

    [Fact]
    public void Check_UnknownLabelOrMissingFile_SaysWhat()
    {
        Train().Write(_path);

        Assert.Contains("no label 'good'. Labels: advert, prose", Assert.Single(Step(new ClassifyOptions { Model = _path, Max = new Dictionary<string, double> { ["good"] = 0.5 } }).Check()), StringComparison.Ordinal);
        Assert.Contains("does not exist", Assert.Single(Step(new ClassifyOptions { Model = "nowhere.clf" }).Check()), StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(() => ClassifierTrainer.Train([("a", 0)], ["one"], new ClassifierOptions(), out _));
        Assert.Throws<InvalidDataException>(() => ClassifierTrainer.Train([("a", 0), ("b", 1)], Labels, new ClassifierOptions(), out _));
    }

    [Theory]
    [InlineData(32, 26)]
    [InlineData(1001, 10)]
    public void Train_MoreThanAFileHolds_IsRefused(int labels, int bits)
    {
        string[] names = [.. Enumerable.Range(0, labels).Select(label => $"label {label}")];
        var texts = names.SelectMany((name, label) => Enumerable.Range(0, 12).Select(_ => (name, label))).ToList();

        Assert.Contains("Take fewer bits", Assert.Throws<InvalidDataException>(() => ClassifierTrainer.Train(texts, names, new ClassifierOptions { Bits = bits }, out _)).Message, StringComparison.Ordinal);
    }

    private static LinearClassifier Train() => ClassifierTrainer.Train(Texts("train.jsonl"), Labels, new ClassifierOptions { Bits = 16, HeldOut = 0.2 }, out _);

    private static List<(string Text, int Label)> Texts(string name) =>
    [
        .. File.ReadLines(Path.Combine(SampleCorpus.Folder, "..", "classify", name)).Select(line => JsonDocument.Parse(line).RootElement)
            .Select(row => (row.GetProperty("text").GetString()!, Array.IndexOf(Labels, row.GetProperty("label").GetString()))),
    ];

    private Step Step(ClassifyOptions options) => new StepCatalog(typeof(Classify).Assembly).Find("classify")!.Create(options, 42, _pool);
}
