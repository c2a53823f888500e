using Ziya.Models.Doctor;
using Ziya.Models.Entries;
using Ziya.Models.Export;
using Ziya.Models.Generation;
using Ziya.Models.Tests.Export;
using Ziya.Models.Tiny;
using Ziya.Pipeline.Scoring;

namespace Ziya.Models.Tests.GenAi;

public sealed class GenAiFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ziya-genai-").FullName;

    private string Source => Path.Combine(_folder, "source");

    private string Built => Path.Combine(_folder, "built");

    private string Exported => Path.Combine(_folder, "exported");

    public GenAiFolderTests() => TinyModel.Write(Source, new TinyOptions { Family = TinyFamily.Llama });

    public void Dispose() => Directory.Delete(_folder, true);

    [Theory]
    [InlineData(Precision.Float32, false, false, true)]
    [InlineData(Precision.Float32, false, true, true)]
    [InlineData(Precision.Float32, true, false, true)]
    [InlineData(Precision.Float32, true, true, true)]
    [InlineData(Precision.Float16, false, false, true)]
    [InlineData(Precision.Float16, false, true, false)]
    [InlineData(Precision.Float16, true, false, false)]
    public async Task Generate_SameWeights_WritesWhatTheExportedModelWrites(Precision type, bool lastOnly, bool hasPositions, bool wideLogits)
    {
        BuilderFolder.Write(Source, Built, type, lastOnly, hasPositions, wideLogits);
        ModelExport.Run(Source, Exported, new ExportOptions { Weights = type });

        // The processor is slow in halves.
        var count = type == Precision.Float32 ? 24 : 7;
        Assert.Equal(await Write(Exported, count), await Write(Built, count));
    }

    [Fact]
    public void Load_BuildersFolder_SaysWhatItIs()
    {
        BuilderFolder.Write(Source, Built, Precision.Float16, lastOnly: true);
        var manifest = ModelManifest.Load(Built);
        Assert.Equal((Precision.Float16, Precision.Float16, 1216, 512), (manifest.Weights, manifest.Compute, manifest.Config.Vocabulary, manifest.Config.Context));
        Assert.Equal((2, 4, 2, 16), (manifest.Config.Layers, manifest.Config.Heads, manifest.Config.KvHeads, manifest.Config.HeadSize));
        Assert.True(manifest.GenAi!.LastOnly);
        BuilderFolder.Write(Source, Built + "4", Precision.Int4);
        Assert.Equal((Precision.Int4, Precision.Float32), (ModelManifest.Load(Built + "4").Weights, ModelManifest.Load(Built + "4").Compute));
    }

    [Theory]
    [InlineData("\"decoder\":", "\"vision\": {}, \"decoder\":", "has a part 'vision'")]
    [InlineData("\"head_size\":", "\"sliding_window\": { \"window_size\": 128 }, \"head_size\":", "the decoder has 'sliding_window'")]
    [InlineData("past_key_values.%d.key", "past.%d.key", "has an input 'past_key_values.0.key' that is not known")]
    [InlineData("present.%d.value", "now.%d.value", "has no output 'now.0.value', which genai_config.json names")]
    [InlineData("\"num_hidden_layers\":2", "\"num_hidden_layers\":3", "has no input 'past_key_values.2.key'")]
    [InlineData("\"num_hidden_layers\":2", "\"num_hidden_layers\":1", "has an input 'past_key_values.1.key' that is not known")]
    [InlineData("\"filename\":\"model.onnx\"", "\"filename\":\"../model.onnx\"", "not the name of a file beside it")]
    [InlineData("\"filename\":\"model.onnx\"", "\"filename\":\"other.onnx\"", "other.onnx: is missing")]
    [InlineData("\"context_length\":512", "\"context_length\":0", "context_length is 0")]
    [InlineData("\"vocab_size\"", "\"vocabulary\"", "vocab_size is missing")]
    [InlineData("{\"model\"", "{\"modell\"", "is damaged")]
    [InlineData("{\"model\"", "\"model\"", "is damaged")]
    public void Load_Unsupported_SaysWhy(string old, string now, string said)
    {
        BuilderFolder.Write(Source, Built);
        var path = Path.Combine(Built, "genai_config.json");
        var text = File.ReadAllText(path);
        Assert.Contains(old, text, StringComparison.Ordinal);
        File.WriteAllText(path, text.Replace(old, now, StringComparison.Ordinal));
        Assert.Contains(said, Assert.Throws<InvalidDataException>(() => LocalModel.Open(Built, new SchedulerOptions())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Examine_BuildersFolder_FindsNoFault()
    {
        BuilderFolder.Write(Source, Built, Precision.Int4);
        var findings = ModelDoctor.Examine(Built, new DoctorOptions { Template = "ziya2" }).ToList();
        Assert.DoesNotContain(findings, finding => finding.Health != Health.Ok);
        Assert.Contains(findings, finding => finding.Subject == "answer");
        Assert.StartsWith("llama of ONNX Runtime GenAI's builder", findings[0].Text, StringComparison.Ordinal);
        Assert.Contains(findings, finding => finding.Subject == "norms");

        File.Delete(Path.Combine(Built, "model.onnx.data"));
        Assert.Contains("model.onnx.data: is missing", Assert.Throws<InvalidDataException>(() => LocalModel.Open(Built, new SchedulerOptions())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Serves_BuildersFolder_GeneratesAndScoresNothing()
    {
        BuilderFolder.Write(Source, Built);
        var entry = new OnnxModelOptions { Onnx = Built };
        Assert.Empty(entry.Check());
        Assert.True(entry.Serves(typeof(IGenerator)));
        Assert.False(entry.Serves(typeof(ITextScorer)));
    }

    /// <summary>Prompts of all lengths, some with a common beginning: together, forked and refilled.</summary>
    private static async Task<string[]> Write(string folder, int count)
    {
        using var model = LocalModel.Open(folder, new SchedulerOptions { Batch = 4 });
        var random = new Random(3);
        var prefix = ExportedModel.Tokens(7, 50);
        var answers = await Task.WhenAll(Enumerable.Range(0, count).Select(i => model.Scheduler.Submit(
            new TokenRequest(i % 3 == 0 ? [.. prefix, .. ExportedModel.Tokens(i, 2 + i)] : ExportedModel.Tokens(i, 1 + random.Next(60)), new Sampling { Temperature = i % 2 }, 1 + random.Next(30)) { Seed = (ulong)i }, default)));
        Assert.All(answers, answer => Assert.Null(answer.Fault));
        return [.. answers.Select(answer => string.Join(' ', answer.Ids))];
    }
}
