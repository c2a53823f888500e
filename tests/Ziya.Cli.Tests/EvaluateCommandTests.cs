using System.Text.Json.Nodes;
using Ziya.Pipeline.Tests.Fixtures;

namespace Ziya.Cli.Tests;

public sealed class EvaluateCommandTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Pair_SampleAnswers_AreThePairsThatShip()
    {
        _folder.Copy(Repository.PathOf("samples", "evaluation"));
        var result = Run("pair", "evaluation/tuned.jsonl", "evaluation/base.jsonl", "--out", "new/pairs.jsonl");
        Assert.True(result.Exit == 0, result.Error);
        Assert.Equal(File.ReadAllText(Repository.PathOf("samples", "evaluation", "pairs.jsonl")), File.ReadAllText(_folder["new/pairs.jsonl"]));
        Assert.Contains("12 instructions answered by 'tuned' and 'base'", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Judged_SampleJob_HasWinRatesThatTheModelAndPeopleCanBeComparedBy()
    {
        _folder.Copy(Repository.PathOf("jobs"));
        _folder.Copy(Repository.PathOf("samples"));
        var run = ZiyaProcess.Run(_folder.Path, "run", "jobs/judge-sample.yaml", "--run-dir", "run");
        Assert.True(run.Exit == 0, run.Error);
        foreach (var data in (string[])["out/judge-sample", "run"])
        {
            var result = Run("judged", data, "--json", "judged.json");
            Assert.True(result.Exit == 0, result.Error);
            Assert.Contains("'tuned' against 'base', judged by a model (recorded): 12 of 12 items", result.Output, StringComparison.Ordinal);
            Assert.Contains("2 of 12 verdicts went to the other answer", result.Output, StringComparison.Ordinal);
            var comparison = JsonNode.Parse(File.ReadAllText(_folder["judged.json"]))!["comparison"]!;
            var all = comparison["rows"]![0]!["rate"]!;
            Assert.Equal((5, 5, 2, 0.625, "better"), ((int)all["wins"]!, (int)all["ties"]!, (int)all["losses"]!, (double)all["rate"]!, (string)all["verdict"]!));
            Assert.Equal(11 / 18.0, (double)comparison["firstPlace"]!, 1e-12);
        }

        // A person who says what the key says, and the model as one more judge.
        Assert.Equal(0, Run("export", "out/judge-sample", "--out", "blind.html").Exit);
        var key = JsonNode.Parse(File.ReadAllText(_folder["blind.key.json"]))!;
        var verdicts = key["items"]!.AsArray().Select(item => KeyValuePair.Create($"{item!["number"]}", (JsonNode?)new JsonObject { ["choice"] = (string)item["left"]! == "tuned" ? "left" : "right" }));
        _folder.Write("ann.json", new JsonObject { ["page"] = (string)key["page"]!, ["judge"] = "Ann", ["judged"] = new JsonObject(verdicts) }.ToJsonString());
        var imported = Run("import", "blind.key.json", "ann.json", "--model", "out/judge-sample");
        Assert.True(imported.Exit == 0, imported.Error);
        Assert.Contains("100.0 %", imported.Output, StringComparison.Ordinal);
        Assert.Contains("Ann and model recorded both judged 12 items", imported.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Rewards_ScoredPreferences_GivesTheAccuracy()
    {
        _folder.Write("p.jsonl", string.Concat(Enumerable.Range(0, 10).Select(at => $$$"""{"id":"{{{at}}}","prompt":"问","chosen":"好的回答","rejected":"差","task":"qa","scores":{"reward":1,"reward_margin":{{{at - 2}}}}}""" + "\n")));
        var result = Run("rewards", "p.jsonl", "--json", "r.json");
        Assert.True(result.Exit == 0, result.Error);
        var rows = JsonNode.Parse(File.ReadAllText(_folder["r.json"]))!["rows"]!.AsArray();
        Assert.Equal(["all", "language none", "task qa", "chosen longer"], rows.Select(row => (string)row!["name"]!));
        Assert.Equal(0.75, (double)rows[0]!["rate"]!["rate"]!);
    }

    [Fact]
    public void Data_AboveTheLimit_FailsAndSaysWhatOf()
    {
        _folder.Write("d.jsonl", string.Concat(Enumerable.Range(0, 50).Select(at => $$"""{"id":"{{at}}","text":"{{(at < 5 ? "写信给 jane.doe@example.com" : "天气很好 fine")}}","language":"zh"}""" + "\n")));
        var found = Run("data", "d.jsonl", "--rate", "1", "--json", "d.json");
        Assert.True(found.Exit == 0, found.Error);
        Assert.Contains("50 of 50 records: zh 50", found.Output, StringComparison.Ordinal);
        Assert.Equal(0.1, (double)JsonNode.Parse(File.ReadAllText(_folder["d.json"]))!["rates"]![0]!["share"]!);
        Assert.Equal(0, Run("data", "d.jsonl", "--rate", "1", "--most", "0.1").Exit);
        var failed = Run("data", "d.jsonl", "--rate", "1", "--most", "0.05");
        Assert.Equal((1, "Does not comply: privacy 10 %; at most 5 % allowed."), (failed.Exit, failed.Error.Trim()));
    }

    [Fact]
    public void Data_Topics_AreThoseOfTheScoresAndOfAClassifier()
    {
        _folder.Copy(Repository.PathOf("samples/classify"));
        _folder.Write("d.jsonl", string.Concat(Enumerable.Range(0, 4).Select(at => $$$"""{"id":"{{{at}}}","text":"雨停了，我们沿着河走回家。","language":"zh","scores":{"sensitive_loans":{{{at % 2}}},"kind_news":{{{at * 0.3}}},"kind_story":0.5}}""" + "\n")));
        var found = Run("data", "d.jsonl", "--rate", "1", "--topics", "kind", "--classifier", "classify/advert.clf", "--json", "d.json");
        Assert.True(found.Exit == 0, found.Error);
        var topics = JsonNode.Parse(File.ReadAllText(_folder["d.json"]))!["topics"]!.AsArray();
        Assert.Equal(["advert prose 4", "kind news 2", "kind story 2", "sensitive loans 2"], topics.Select(topic => $"{topic!["by"]} {topic["topic"]} {topic["found"]}"));
        Assert.Contains("none.clf does not exist", Run("data", "d.jsonl", "--classifier", "none.clf").Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("judged", "a.jsonl", "has no judgement")]
    [InlineData("rewards", "a.jsonl", "has no preference with the score 'reward_margin'")]
    [InlineData("judged", "nowhere.jsonl", "nowhere.jsonl")]
    [InlineData("export", "a.jsonl --out x.html", "needs instructions whose 'candidates'")]
    [InlineData("export", "a.jsonl b/a.jsonl --out x.html", "Both datasets would be called 'a'. Name them: --names A,B.")]
    [InlineData("import", "a.jsonl a.jsonl", "is no key of a page")]
    public void Evaluate_WrongData_FailsAndSaysWhatIsNeeded(string command, string arguments, string expected)
    {
        _folder.Write("a.jsonl", """{"instruction":"a","output":"b"}""" + "\n");
        var result = Run([command, .. arguments.Split(' ')]);
        Assert.Equal(1, result.Exit);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("export a.jsonl --out x.html --names one", "--names is 'one', expected two different names")]
    [InlineData("review a.jsonl --out x.html --count 0", "--count is '0', expected a whole number from 1 on")]
    [InlineData("import a.jsonl a.jsonl --most-bad 2", "--most-bad is '2', expected a share from 0 to 1")]
    [InlineData("export a.jsonl", "--out")]
    public void Evaluate_WrongOptions_AreTold(string arguments, string expected)
    {
        var result = Run(arguments.Split(' '));
        Assert.Equal(2, result.Exit);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
    }

    private ZiyaProcess.Result Run(params string[] arguments) => ZiyaProcess.Run(_folder.Path, ["evaluate", .. arguments]);
}
