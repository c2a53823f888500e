using System.Text.Json.Nodes;
using Ziya.Pipeline.Tests.Fixtures;

namespace Ziya.Cli.Tests;

/// <summary>The jobs that replay recordings: their funnels drop for the reasons that were written into the recordings, and nothing is missing.</summary>
public sealed class RecordedJobsTests : IDisposable
{
    private const string Tiny = "models={ writer: { tiny: llama, template: ziya2 }, judge: { tiny: reward } }";

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("evol-instruct", 15, "select not_selected 25, evolve evolved 15, evolve no_gain 2, evolve truncated 1, evolve leaked_prompt 1, evolve answer_inside 1, evolve refusal 1, evolve unchanged 1, evolve empty 1, answer truncated 1, rule_reward language 1, rule_reward repetition 1, rule_reward truncation 1, select-2 not_selected 3")]
    [InlineData("answer-to-instruction", 7, "answer_to_instruction no_sentence_end 2, answer_to_instruction too_short 2, answer_to_instruction refusal 1, answer_to_instruction leaked_prompt 1, answer_to_instruction copied 1, answer_to_instruction low_rating 1, answer_to_instruction unparsable 1")]
    [InlineData("self-instruct", 15, "self_instruct seed 40, self_instruct not_text 3, self_instruct not_new 2, self_instruct too_short 2, self_instruct write_a_program 2, self_instruct other_language 1, self_instruct unparsable 1, self_instruct no_instance 1, self_instruct truncated 1, rule_reward format 1, rule_reward refusal 1")]
    [InlineData("knowledge", 13, "add_knowledge no_knowledge 2, rule_reward refusal 1")]
    public void Run_RecordedJob_DropsForWhatIsWrongAndWritesBothLanguages(string job, int written, string dropped)
    {
        Copy();
        var result = ZiyaProcess.Run(_folder.Path, "run", $"jobs/{job}.yaml", "--run-dir", "run");
        Assert.True(result.Exit == 0, result.Error);
        Assert.Contains("no model is asked", result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["run/missing"]));
        var records = JsonNode.Parse(File.ReadAllText(_folder["run/report.json"]))!["records"]!;
        Assert.Equal((written, 0), ((int)records["written"]!, (int)records["quarantined"]!));
        var found = from step in records["dropped"]!.AsObject() from reason in step.Value!.AsObject() select $"{step.Key} {reason.Key} {reason.Value}";
        Assert.Equal(dropped.Split(", ").Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
        foreach (var language in new[] { "zh", "en" })
        {
            var rows = File.ReadAllLines(Assert.Single(Directory.GetFiles(_folder[$"out/{job}/{language}"], "*.jsonl"))).Select(line => JsonNode.Parse(line)!).ToList();
            Assert.True(rows.Count >= 3);
            Assert.All(rows, row => Assert.Equal("recorded", (string?)row["lineage"]!["model"]));
        }
    }

    [Theory]
    [InlineData("evol-instruct", Tiny)]
    [InlineData("answer-to-instruction", "models.writer={ tiny: llama, template: ziya2 }")]
    [InlineData("self-instruct", "models.writer={ tiny: llama, template: ziya2 }")]
    [InlineData("knowledge", Tiny)]
    public void Run_TinyModelsInThePlaceOfTheRecording_RunsToTheEnd(string job, string set)
    {
        Copy();
        var result = ZiyaProcess.Run(_folder.Path, "run", $"jobs/{job}.yaml", "--run-dir", "run", "--set", set);
        Assert.True(result.Exit == 0, result.Error);
        Assert.DoesNotContain("replays", result.Error, StringComparison.Ordinal);
    }

    private void Copy()
    {
        _folder.Copy(Repository.PathOf("jobs"));
        _folder.Copy(Repository.PathOf("samples"));
    }
}
