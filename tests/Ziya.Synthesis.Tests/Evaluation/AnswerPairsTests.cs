using Ziya.Corpus.Evaluation;
using Ziya.Pipeline.Reading;
using Ziya.Synthesis.Evaluation;
using Ziya.Synthesis.Tests.Fixtures;

namespace Ziya.Synthesis.Tests.Evaluation;

public sealed class AnswerPairsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ziya-pairs-").FullName;

    public void Dispose() => Directory.Delete(_folder, true);

    [Fact]
    public void Of_TwoDatasets_PairsWhatBothWereAsked()
    {
        var pairs = Pairs(
            ["""{"instruction":"译","input":"你好","output":"Hello","task":"mt"}""", """{"instruction":"only a","output":"x"}""", """{"instruction":"no answer","output":" "}""", "broken", """{"instruction":"译","system":"短","output":"Hi"}"""],
            ["""{"instruction":"no answer","output":"y"}""", """{"instruction":"译","input":"你好","output":"Hi"}""", """{"instruction":"only b","output":"x"}""", """{"instruction":"译","system":"长","output":"Hi"}"""]);
        var pair = Assert.Single(pairs.Pairs);
        Assert.Equal(("译", "Hello", "a", "Hi", "b", "mt", "zh"), (pair.Text, pair.Candidates[0].Output, pair.Candidates[0].Model, pair.Candidates[1].Output, pair.Candidates[1].Model, pair.Task, pair.Language));
        Assert.Equal(new() { ["no_answer"] = 1, ["not_in_a"] = 2, ["not_in_b"] = 2, ["unreadable"] = 1 }, pairs.LeftOut);
    }

    [Fact]
    public void Of_QuestionsThatAreThereTwice_ArePairedInOrder()
    {
        var pairs = Pairs(
            ["""{"instruction":"Q","output":"a1"}""", """{"instruction":"Q","output":"a2"}"""],
            ["""{"instruction":"Q","output":"b1"}""", """{"instruction":"Q","output":"b2"}""", """{"instruction":"Q","output":"b3"}"""]);
        Assert.Equal([("a1", "b1"), ("a2", "b2")], pairs.Pairs.Select(pair => (pair.Candidates[0].Output, pair.Candidates[1].Output)));
        Assert.Equal(new() { ["not_in_a"] = 1 }, pairs.LeftOut);
    }

    [Fact]
    public void Of_Dialogues_ComparesWhatFollowsTheCommonBeginning()
    {
        const string Asked = """{"role":"system","content":"s"},{"role":"user","content":"你好"}""";
        var pairs = Pairs(
            [$$"""{"messages":[{{Asked}},{"role":"assistant","content":"好"}],"task":"chat"}"""],
            [$$"""{"messages":[{{Asked}},{"role":"assistant","content":"您好"},{"role":"user","content":"?"},{"role":"assistant","content":"!"}]}"""]);
        var pair = Assert.Single(pairs.Pairs);
        Assert.Equal(("你好", "s", "chat", "好"), (pair.Text, pair.System, pair.Task, pair.Candidates[0].Output));
        Assert.Equal("[assistant] 您好\n\n[user] ?\n\n[assistant] !", pair.Candidates[1].Output);
    }

    [Fact]
    public void Of_OneDatasetWithCandidates_TakesTheFirstTwoModelsOrThoseNamed()
    {
        var path = Write("c", ["""{"instruction":"Q","candidates":[{"output":"1","model":"x"},{"output":"2","model":"x"},{"output":"3","model":"y"},{"output":"4","model":"z"}]}""", """{"instruction":"R","candidates":[{"output":"1","model":"x"}]}"""]);
        var pairs = AnswerPairs.Of(RecordFiles.Open(path, SynthesisFolder.Catalog), null);
        Assert.Equal(("x", "y", "1", "3"), (pairs.First, pairs.Second, pairs.Pairs[0].Candidates[0].Output, pairs.Pairs[0].Candidates[1].Output));
        Assert.Equal(new() { ["no_candidates_of_both"] = 1 }, pairs.LeftOut);
        Assert.Equal("4", AnswerPairs.Of(RecordFiles.Open(path, SynthesisFolder.Catalog), ("z", "x")).Pairs[0].Candidates[0].Output);
        Assert.Contains("needs instructions whose 'candidates'", Assert.Throws<InvalidDataException>(() => AnswerPairs.Of(RecordFiles.Open(path, SynthesisFolder.Catalog), ("z", "q"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_NothingInCommon_SaysSo() =>
        Assert.Contains("have no question in common", Assert.Throws<InvalidDataException>(() => Pairs(["""{"instruction":"a","output":"a"}"""], ["""{"instruction":"b","output":"b"}"""])).Message, StringComparison.Ordinal);

    [Fact]
    public void Open_NoRecords_SaysWhatARecordIs()
    {
        Assert.Contains("none of the first 20 lines is a record", Assert.Throws<InvalidDataException>(() => RecordFiles.Open(Write("x", ["{}", "nonsense"]), SynthesisFolder.Catalog)).Message, StringComparison.Ordinal);
        Directory.CreateDirectory(Path.Combine(_folder, "empty"));
        Assert.Contains("has no files .jsonl", Assert.Throws<InvalidDataException>(() => RecordFiles.Open(Path.Combine(_folder, "empty"), SynthesisFolder.Catalog)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Make_BlindPage_ShufflesSidesAndTellsNobody()
    {
        var pairs = Pairs(
            [.. Enumerable.Range(0, 400).Select(at => $$"""{"id":"i{{at}}","instruction":"问{{at}}","output":"甲{{at}}"}""")],
            [.. Enumerable.Range(0, 400).Select(at => $$"""{"instruction":"问{{at}}","output":"乙{{at}}"}""")]);
        var (page, key) = BlindPage.Make(pairs, 300, 42, "t");
        Assert.Equal((300, 400), (key.Items.Count, key.Of));
        Assert.InRange(key.Items.Count(item => item.Left == "a"), 120, 180);
        Assert.Equal(300, key.Items.Select(item => item.Id).Distinct().Count());
        Assert.DoesNotContain("\"a\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("i17", page, StringComparison.Ordinal);
        Assert.Equal(page, BlindPage.Make(pairs, 300, 42, "t").Page);
        Assert.NotEqual(key.Items.Select(item => item.Id), BlindPage.Make(pairs, 300, 7, "t").Key.Items.Select(item => item.Id));

        // Someone who always takes the side with 甲 wins all for a, whatever the side.
        var judged = key.Items.ToDictionary(item => $"{item.Number}", item => new PageVerdict(item.Left == "a" ? "left" : "right"));
        Assert.All(JudgedByPeople.Of(key, [new JudgedPage(key.Page, "j", judged)]), pair => Assert.Equal(1, pair.Points));
    }

    private AnswerPairs Pairs(string[] first, string[] second) =>
        AnswerPairs.Of(RecordFiles.Open(Write("a", first), SynthesisFolder.Catalog), RecordFiles.Open(Write("b", second), SynthesisFolder.Catalog), ("a", "b"));

    private string Write(string name, string[] lines)
    {
        var path = Path.Combine(_folder, name + ".jsonl");
        File.WriteAllLines(path, lines);
        return path;
    }
}
