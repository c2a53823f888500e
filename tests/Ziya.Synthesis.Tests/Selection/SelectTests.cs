using Ziya.Pipeline.Jobs;
using Ziya.Synthesis.Tests.Fixtures;

namespace Ziya.Synthesis.Tests.Selection;

public sealed class SelectTests : IDisposable
{
    private const string Models = "x: { tiny: llama }";

    private readonly SynthesisFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("top: 0.3", 1)]
    [InlineData("top: 0.34, within: task", 2)]
    [InlineData("top: 1, within: task", 3)]
    [InlineData("count: 7, within: task", 2)]
    [InlineData("count: 1", 3)]
    [InlineData("margin: 0.5, within: task", 1)]
    [InlineData("margin: 0", 2)]
    [InlineData("top: 0.25, within: task, order: ascending", 2)]
    [InlineData("count: 100000", 2)]
    public void Run_ByANumber_KeepsWhatSortingKeeps(string options, int workers)
    {
        var random = new Random(5);
        var records = Enumerable.Range(0, 300).Select(at => (
            Id: $"r{at:000}",
            Task: random.Next(4) switch { 0 => "诗", 1 => "code", 2 => null, _ => "chat" },
            Score: random.Next(10) == 0 ? (double?)null : Math.Round((random.NextDouble() * 8) - 4, 1))).ToList();
        _folder.Write([.. records.Select(record =>
            $$"""{"id":"{{record.Id}}","instruction":"x","output":"y"{{(record.Task is null ? "" : $",\"task\":\"{record.Task}\"")}}{{(record.Score is null ? "" : FormattableString.Invariant($",\"scores\":{{\"q\":{record.Score}}}"))}}}""")]);

        var report = _folder.Run(Models, $"select: {{ by: scores.q, {options} }}", workers: workers);

        var ascending = options.Contains("ascending", StringComparison.Ordinal);
        double? Option(string name) => options.Split(", ").FirstOrDefault(part => part.StartsWith(name + ":", StringComparison.Ordinal)) is { } part ? double.Parse(part.Split(' ')[1], null) : null;
        var kept = records.Where(record => record.Score is not null)
            .GroupBy(record => options.Contains("within", StringComparison.Ordinal) ? record.Task : "")
            .SelectMany(group =>
            {
                var sorted = (ascending ? group.OrderBy(record => record.Score) : group.OrderByDescending(record => record.Score)).ToList();
                return Option("margin") is { } margin ? sorted.Where(record => Math.Abs(record.Score!.Value - sorted[0].Score!.Value) <= margin)
                    : sorted.Take((int)(Option("count") ?? (double)Math.Ceiling((decimal)Option("top")!.Value * sorted.Count)));
            })
            .Select(record => record.Id).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(kept, _folder.Output().Select(record => (string)record["id"]!).Order(StringComparer.Ordinal));
        Assert.Equal(records.Count(record => record.Score is null), report.Records.Dropped["select"]["unscored"]);
    }

    [Fact]
    public void Run_EqualValues_TheFirstOfTheInputStay()
    {
        _folder.Write([.. Enumerable.Range(0, 20).Select(at => $$$"""{"id":"r{{{at:00}}}","instruction":"x","scores":{"q":1}}""")]);

        _folder.Run(Models, "select: { by: scores.q, count: 5 }");

        Assert.Equal(["r00", "r01", "r02", "r03", "r04"], _folder.Output().Select(record => (string?)record["id"]));
    }

    [Fact]
    public void Run_Best_MakesTheBestCandidateTheOutput()
    {
        _folder.Write(
            """{"id":"a","instruction":"x","scores":{"old":1},"candidates":[{"output":"一","model":"m","scores":{"reward":-3}},{"output":"二","model":"n","scores":{"reward":-1,"other":7}},{"output":"三","scores":{"reward":-1}}]}""",
            """{"id":"b","instruction":"x","output":"已有"}""",
            """{"id":"c","instruction":"x","candidates":[{"output":"一"}]}""");

        var report = _folder.Run(Models, "select: { best: scores.reward }");

        var records = _folder.Output();
        Assert.Equal(["二", "已有"], records.Select(record => (string?)record["output"]));
        Assert.Equal(("n", -1.0, 7.0, 1.0), ((string?)records[0]["lineage"]!["model"], (double)records[0]["scores"]!["reward"]!, (double)records[0]["scores"]!["other"]!, (double)records[0]["scores"]!["old"]!));
        Assert.Null(records[0]["candidates"]);
        Assert.Equal(1, report.Records.Dropped["select"]["unscored"]);
    }

    [Fact]
    public void Run_Where_KeepsWhatTheConditionHoldsFor()
    {
        _folder.Write(
            """{"id":"a","instruction":"x","task":"code","scores":{"reward":2,"repetition":0.9}}""",
            """{"id":"b","instruction":"x","task":"chat","scores":{"reward":2,"repetition":0.9}}""",
            """{"id":"c","instruction":"x","task":"chat","scores":{"reward":2}}""");

        var report = _folder.Run(Models, "select: { where: \"scores.reward > 1.5 and (scores.repetition < 0.2 or task == 'code')\" }");

        Assert.Equal(["a"], _folder.Output().Select(record => (string?)record["id"]));
        Assert.Equal(1, report.Records.Dropped["select"]["not_selected"]);
        Assert.Equal(1, report.Records.Dropped["select"]["unscored"]);
        Assert.Equal(0.9, (double)_folder.Dropped("select").First()["_drop"]!["scores.repetition"]!);
    }

    [Theory]
    [InlineData("select", "give one of 'best', 'where' and 'by'")]
    [InlineData("select: { by: length, best: reward, count: 1 }", "for two of them use the step twice")]
    [InlineData("select: { by: length }", "'by' needs one of 'top', 'count' and 'margin'")]
    [InlineData("select: { by: length, top: 0.5, count: 2 }", "'by' needs one of 'top', 'count' and 'margin'")]
    [InlineData("select: { by: scores.reward, top: 0.5 }", "add 'within: task'")]
    [InlineData("select: { by: length, top: 0.5, within: taks }", "there is no field 'taks' to group by")]
    [InlineData("select: { best: reward }", "reads 'reward', which nothing before it writes")]
    [InlineData("select: { by: quality, top: 0.5 }", "reads 'quality', which nothing before it writes")]
    [InlineData("select: { where: length > 1 and quality > 2 }", "reads 'quality', which nothing before it writes")]
    [InlineData("select: { where: length > task }", "'where' compares a number with a text (character 8: '> task').")]
    public void Parse_WrongOptions_AreFaultsOfTheFile(string step, string message)
    {
        var fault = Assert.Throws<JobFaultException>(() => JobFile.Parse(
            $"job: t\ninput: {{ read: a.jsonl, kind: instruction }}\nsteps: [{step}]\noutput: {{ write: out }}\n", "job.yaml", [], SynthesisFolder.Catalog, false));

        var one = Assert.Single(fault.Faults).ToString();
        Assert.StartsWith("job.yaml:3:", one, StringComparison.Ordinal);
        Assert.Contains(message, one, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_RewardWithinAll_IsAllowed() => _ = JobFile.Parse(
        "job: t\ninput: { read: a.jsonl, kind: instruction }\nsteps: [{ select: { by: scores.reward, top: 0.5, within: all } }]\noutput: { write: out }\n", "job.yaml", [], SynthesisFolder.Catalog, false);
}
