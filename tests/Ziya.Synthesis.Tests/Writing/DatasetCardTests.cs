using YamlDotNet.Serialization;
using Ziya.Models.Tests.Teachers;
using Ziya.Pipeline.Jobs;
using Ziya.Synthesis.Tests.Fixtures;

namespace Ziya.Synthesis.Tests.Writing;

/// <summary>The card of a dataset, its front matter read as dataset hubs read it.</summary>
public sealed class DatasetCardTests : IDisposable
{
    private readonly SynthesisFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Card_OfMadeRecords_NamesModelsLicencesPromptsAndTags()
    {
        _folder.Write("""{"id":"a","instruction":"写一首关于秋天的诗","language":"zh"}""", """{"id":"b","instruction":"Name a river that you like","language":"en"}""");
        await using var server = await ChatServer.Start((_, context) => ChatServer.Answer((string)context.Items["asked"]! is var asked && asked.Contains("秋天", StringComparison.Ordinal) ? "写一首关于冬天的诗，押韵" : "Name two rivers in the north")(context));
        var models = $"m: {{ endpoint: \"{server.Address}\", model: Ziya-Writing-13B-v2 }}\n  other: {{ endpoint: \"{server.Address}\", model: \"a|b\" }}";
        _folder.Run(WithFolders(models, "evolve: { model: m, rounds: 1, judged: false, keep: evolved }, answer: { model: other }"));
        var card = Card();
        Assert.Contains("| m | Ziya-Writing-13B-v2 | gpl-3.0 | 2 | 6 | model 2 |", card, StringComparison.Ordinal);
        Assert.Contains("| other | a\\|b | not said | 2 | 6 | answer_model 2 |", card, StringComparison.Ordinal);
        Assert.Matches(@"\| evolve/[a-z_]+\.zh v\d+ \| 1 \|", card);
        Assert.Contains("| evolve | made | +2 |", card, StringComparison.Ordinal);
        var front = FrontMatter(card);
        Assert.Equal(["en", "zh"], Texts(front["language"]).Order(StringComparer.Ordinal));
        Assert.Equal(["n<1K"], Texts(front["size_categories"]));
        Assert.Equal(["synthetic"], Texts(front["tags"]));
        Assert.Equal(["machine-generated"], Texts(front["annotations_creators"]));
    }

    [Fact]
    public void Card_OfSeveralFolders_NamesItsSplitOnce()
    {
        // Hugging Face's datasets refuses a configuration that names a split twice.
        _folder.Write("""{"id":"a","instruction":"写","language":"zh","output":"好"}""", """{"id":"b","instruction":"Write","language":"en","output":"yes"}""");
        _folder.Run(WithFolders("m: { tiny: llama }", "rule_reward"));
        var config = (Dictionary<object, object>)Assert.Single((List<object>)FrontMatter(Card())["configs"]);
        var split = (Dictionary<object, object>)Assert.Single((List<object>)config["data_files"]);
        Assert.Equal("train", split["split"]);
        var paths = Texts(split["path"]);
        Assert.Equal(["en/*.jsonl*", "zh/*.jsonl*"], paths.Order(StringComparer.Ordinal));
        Assert.All(paths, path => Assert.NotEmpty(Directory.GetFiles(Path.Combine(_folder.Path, "out", Path.GetDirectoryName(path)!), "*.jsonl*")));
    }

    [Fact]
    public void Card_OfPairs_IsTaggedAsSuch()
    {
        _folder.Write("""{"id":"a","instruction":"写","candidates":[{"output":"好","model":"x","scores":{"reward":1}},{"output":"坏","model":"y","scores":{"reward":0}}]}""");
        _folder.Run("m: { tiny: llama }", "prefer: { by: scores.reward }");
        Assert.Contains("dpo", Texts(FrontMatter(Card())["tags"]));
        Assert.Contains("| x | not of this job | not said | 0 | 0 | chosen 1 |", Card(), StringComparison.Ordinal);
    }

    private Job WithFolders(string models, string steps)
    {
        var job = _folder.Job(models, steps);
        return job with { Output = job.Output with { Write = job.Output.Write + "/{language}" } };
    }

    private string Card() => File.ReadAllText(Path.Combine(_folder.Path, "out", "README.md"));

    private static Dictionary<string, object> FrontMatter(string card) => new DeserializerBuilder().Build().Deserialize<Dictionary<string, object>>(card.Split("---\n")[1]);

    private static List<string> Texts(object list) => [.. ((List<object>)list).Cast<string>()];
}
