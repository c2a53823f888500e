using System.Text.Json.Nodes;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Plans;
using Ziya.Synthesis.Tests.Fixtures;

namespace Ziya.Synthesis.Tests.Recordings;

public sealed class ReplayTests : IDisposable
{
    private readonly SynthesisFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Recording => Path.Combine(_folder.Path, "recording.jsonl");

    private string Model => $"m: {{ replay: \"{Recording}\" }}";

    [Fact]
    public void Run_RecordingAlone_AnswersAndNamesItsModels()
    {
        _folder.Write("""{"id":"zh","instruction":"写一句话"}""", """{"id":"en","instruction":"Name a river"}""");
        File.WriteAllLines(Recording,
        [
            """{"record":"zh","step":"answer","operation":"answer","text":"春天来了。"}""",
            """{"record":"en","step":"answer","operation":"answer","model":"recorded-teacher","text":"The Rhine."}""",
            """{"record":"zh","step":"reward","operation":"output","score":2.5}""",
            """{"record":"en","step":"reward","operation":"output","score":-1,"cut":2}""",
        ]);
        var report = _folder.Run(Model, "answer: { model: m }, reward: { model: m }", workers: 1);
        Assert.Equal((2, 0), (report.Records.Written, report.Records.Quarantined));
        var rows = _folder.Output();
        Assert.Equal([("春天来了。", "recorded", 2.5), ("The Rhine.", "recorded-teacher", -1)], rows.Select(row => ((string)row["output"]!, (string)row["lineage"]!["model"]!, (double)row["scores"]!["reward"]!)));
        Assert.Equal(2, (double)rows[1]["scores"]!["reward_cut"]!);
    }

    [Fact]
    public void Run_MissingAnswers_QuarantineTheirRecordsAndListWhatToWrite()
    {
        _folder.Write([.. Enumerable.Range(0, 5).Select(i => $$"""{"id":"{{i}}","instruction":"第{{i}}个"}""")]);
        File.WriteAllText(Recording, """{"record":"3","step":"answer","operation":"answer","sample":2,"text":"有"}""");
        var (report, remarks) = Run("answer: { model: m, samples: 2 }", "limits: { poisoned: 0 }");
        Assert.Equal((0, 5), (report.Written, report.Quarantined));
        var fault = (string)JsonNode.Parse(File.ReadLines(_folder.Quarantine).First())!["reason"]!;
        Assert.Equal($"model 'm': no text is recorded in {Recording} for record '0', step 'answer', operation 'answer', sample 1.", fault);
        var missing = File.ReadAllLines(Path.Combine(_folder.Path, "run", "missing", "m.jsonl"));
        Assert.Equal(9, missing.Length);
        Assert.StartsWith("""{"record":"0","step":"answer","operation":"answer","model":"m","text":null,"prompt":""", missing[0], StringComparison.Ordinal);
        Assert.EndsWith(""","asked":[{"role":"user","content":"第0个"}]}""", missing[0], StringComparison.Ordinal);
        Assert.Contains("lacks 9 answers", Assert.Single(remarks), StringComparison.Ordinal);

        // What was listed, answered, is all it takes.
        File.AppendAllLines(Recording, missing.Select(line => line.Replace("\"text\":null", "\"text\":\"好\"", StringComparison.Ordinal)).Prepend(""));
        (report, remarks) = Run("answer: { model: m, samples: 2 }", "limits: { poisoned: 0 }");
        Assert.Equal((5, 0), (report.Written, report.Quarantined));
        Assert.Empty(remarks);
        Assert.False(File.Exists(Path.Combine(_folder.Path, "run", "missing", "m.jsonl")));
    }

    [Fact]
    public void Run_ChangedPrompt_IsToldOnceOrRefused()
    {
        _folder.Write("""{"id":"a","instruction":"一"}""", """{"id":"b","instruction":"二"}""");
        File.WriteAllLines(Recording, new[] { "a", "b" }.Select(id => $$"""{"record":"{{id}}","step":"answer","operation":"answer","prompt":"0123","text":"答"}"""));
        var (report, remarks) = Run("answer: { model: m }");
        Assert.Equal(2, report.Written);
        Assert.Equal("model 'm': step 'answer', answer: 2 answers recorded for another prompt, first of record 'a': used; 'strict: true' refuses such.", Assert.Single(remarks));
        (report, remarks) = Run("answer: { model: m }", models: $"m: {{ replay: \"{Recording}\", strict: true }}");
        Assert.Equal((0, 2), (report.Written, report.Quarantined));
        Assert.Contains(remarks, remark => remark.Contains("refused, as 'strict' says", StringComparison.Ordinal));
    }

    [Fact]
    public void Run_ReplayOfAnEntry_OpensNothingAndChangesWithTheFile()
    {
        _folder.Write("""{"id":"a","instruction":"一"}""");
        File.WriteAllText(Recording, """{"record":"a","step":"answer","operation":"answer","text":"答"}""");
        string[] models = ["tiny: llama", "endpoint: \"http://127.0.0.1:9/v1\", model: x, key_env: ZIYA_TEST_NOT_SET", "onnx: no/such/folder"];
        var hashes = new HashSet<string>();
        foreach (var model in models)
        {
            var job = _folder.Job($"m: {{ {model}, replay: \"{Recording}\" }}", "answer: { model: m }");
            hashes.Add(Planner.Make(job, SynthesisFolder.Catalog).Phases[0].Hash);
            Assert.Equal(1, _folder.Run(job).Records.Written);
            Assert.Equal("答", (string?)_folder.Output().Single()["output"]);
        }

        Assert.Single(hashes);
        File.AppendAllText(Recording, "\n");
        Assert.True(hashes.Add(Planner.Make(_folder.Job(Model, "answer: { model: m }"), SynthesisFolder.Catalog).Phases[0].Hash));
    }

    [Fact]
    public void Run_SelfInstructWithoutAnswers_LeavesThemAmongTheDropped()
    {
        _folder.Write("""{"id":"a","instruction":"写一首诗"}""");
        File.WriteAllText(Recording, "");
        var (report, _) = Run("self_instruct: { model: m, count: 4, round: 2, patience: 1 }");
        Assert.Equal(new Dictionary<string, long> { ["not_recorded"] = 2 }, report.Dropped["self_instruct"].Where(reason => reason.Key == "not_recorded").ToDictionary());
        Assert.Equal(2, File.ReadAllLines(Path.Combine(_folder.Path, "run", "missing", "m.jsonl")).Length);
    }

    [Fact]
    public void Parse_WhatARecordingCannotBe_IsAFault()
    {
        _folder.Write("""{"id":"a","instruction":"一"}""");
        File.WriteAllText(Recording, "{}\n{}\n");
        var faults = Assert.Throws<JobFaultException>(() => _folder.Job($"m: {{ replay: \"{Recording}\" }}\n  n: {{ replay: no/such }}", "perplexity: { model: m }")).Faults.Select(fault => fault.Message).ToList();
        Assert.Equal(4, faults.Count);
        Assert.Contains("model 'm' cannot be used here: it is not a text scorer.", faults);
        Assert.Contains("model 'n': there is no recording no/such.", faults);
        Assert.Contains($"model 'm': {Recording}:2: \"record\" is missing: the id of the record that the answer is for.", faults);
    }

    private (Pipeline.Runs.ReportCounts Records, IReadOnlyList<string> Remarks) Run(string steps, string more = "", string? models = null)
    {
        using var run = Pipeline.Runs.Run.Open(_folder.Job(models ?? Model, steps, more), SynthesisFolder.Catalog, Path.Combine(_folder.Path, "run"), true, TimeProvider.System);
        new LocalEngine(2, TimeProvider.System).Execute(run, default);
        return (run.Finish("done").Records, run.Remarks);
    }
}
