using System.Text.Json.Nodes;
using Ziya.Models.Checkpoints;
using Ziya.Models.Devices;
using Ziya.Models.Doctor;
using Ziya.Models.Export;
using Ziya.Models.Generation;
using Ziya.Models.Prompts;
using Ziya.Models.Reward;
using Ziya.Models.Scoring;
using Ziya.Models.Tests.Export;
using Ziya.Models.Tiny;
using Ziya.Pipeline.Records;

namespace Ziya.Models.Tests.Doctor;

public sealed class ModelDoctorTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ziya-doctor-").FullName;

    private string Published => Path.Combine(_folder, "published");

    private string Exported => Path.Combine(_folder, "exported");

    private string Data => Path.Combine(Exported, ModelManifest.DataFile);

    public void Dispose() => Directory.Delete(_folder, true);

    [Theory]
    [InlineData(TinyFamily.Llama, Precision.Float32, "answer")]
    [InlineData(TinyFamily.Llama, Precision.Float16, "answer")]
    [InlineData(TinyFamily.GptBigCode, Precision.Int8, "answer")]
    [InlineData(TinyFamily.Reward, Precision.Int4, "score")]
    [InlineData(TinyFamily.Embedding, Precision.Float32, "embedding")]
    public void Examine_WholeModel_FindsNoFault(TinyFamily family, Precision type, string comesOut)
    {
        Make(family, type);
        Assert.DoesNotContain(Examine(Published), finding => finding.Health != Health.Ok);

        // Random weights read no better than chance.
        var findings = Examine(Exported);
        Assert.DoesNotContain(findings, finding => finding.Health == Health.Fault || (finding.Health == Health.Warning && finding.Subject != "reading"));
        Assert.Contains(findings, finding => finding.Subject == comesOut);
        Assert.Equal(comesOut == "answer", findings.Any(finding => finding.Subject == "reading"));
    }

    [Fact]
    public void Examine_ZiyaTokens_AreSaid()
    {
        Make();
        var findings = Examine(Exported);
        Assert.Contains("1,202 tokens, 1,216 rows: the 14 rows", Of(findings, "vocabulary").Text, StringComparison.Ordinal);
        Assert.Contains("<human> 1200, <bot> 1201", Of(findings, "added tokens").Text, StringComparison.Ordinal);
        Assert.StartsWith("ziya, ziya-writing, ziya2 fit", Of(findings, "template").Text, StringComparison.Ordinal);
        Assert.Contains("<human> is token 1200", Of(Examine(Exported, new DoctorOptions { Template = "ziya2", Runs = false }), "template").Text, StringComparison.Ordinal);

        var wrong = Of(Examine(Exported, new DoctorOptions { Template = "chatml", Runs = false }), "template");
        Assert.Equal(Health.Fault, wrong.Health);
        Assert.Contains("<|im_start|>", wrong.Text, StringComparison.Ordinal);
        Assert.Contains("ziya2", wrong.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public void Examine_DifferenceNotMerged_SaysToMerge()
    {
        Make();
        Rewrite(tensor => tensor.Name.EndsWith("norm.weight", StringComparison.Ordinal) ? value => (value - 1) / 10 : value => value);
        var norms = Of(Examine(Published), "norms");
        Assert.Equal(Health.Fault, norms.Health);
        Assert.Contains("merge-delta", norms.Advice, StringComparison.Ordinal);
        ModelExport.Run(Published, Exported + "2", new ExportOptions { Weights = Precision.Float16 });
        Assert.Equal(Health.Fault, Of(Examine(Exported + "2", new DoctorOptions { Runs = false }), "norms").Health);
    }

    [Fact]
    public void Examine_WeightsThatAreNoNumbers_AreCountedAndNotExported()
    {
        Make();
        Rewrite(tensor => tensor.Name == "model.layers.1.mlp.up_proj.weight" ? _ => float.NaN : value => value);
        var numbers = Of(Examine(Published), "numbers");
        Assert.Equal(Health.Fault, numbers.Health);
        Assert.Contains("model.layers.1.mlp.up_proj.weight (", numbers.Text, StringComparison.Ordinal);
        foreach (var type in Enum.GetValues<Precision>())
        {
            var message = Assert.Throws<InvalidDataException>(() => ModelExport.Run(Published, Path.Combine(_folder, type.ToString()), new ExportOptions { Weights = type })).Message;
            Assert.Contains("model.layers.1.mlp.up_proj.weight has values that are infinite or no numbers", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Export_WeightsTooLargeForHalves_SaysWhichTypeHoldsThem()
    {
        Make();
        Rewrite(tensor => tensor.Name == "lm_head.weight" ? value => value * 1e6f : value => value);
        var message = Assert.Throws<InvalidDataException>(() => ModelExport.Run(Published, Exported + "2", new ExportOptions { Weights = Precision.Float16 })).Message;
        Assert.Contains("--dtype bfloat16 or float32", message, StringComparison.Ordinal);
        ModelExport.Run(Published, Exported + "2", new ExportOptions { Weights = Precision.BFloat16 });
    }

    [Fact]
    public void Examine_ExportedWeightsDamaged_NumbersAndAnswerAreFaults()
    {
        Make();
        var bytes = File.ReadAllBytes(Data);
        // The embedding stands first; every row gets a NaN.
        for (var row = 0; row < 1216; row++)
        {
            BitConverter.TryWriteBytes(bytes.AsSpan(row * 256), float.NaN);
        }

        File.WriteAllBytes(Data, bytes);
        var findings = Examine(Exported);
        Assert.Equal(Health.Fault, Of(findings, "numbers").Health);
        Assert.Contains("NaN", Of(findings, "answer").Text, StringComparison.Ordinal);
        Assert.Equal(Health.Fault, Of(findings, "reading").Health);
    }

    [Theory]
    [InlineData(ModelManifest.DataFile, true, "is missing")]
    [InlineData(ModelManifest.DataFile, false, "is cut off")]
    [InlineData(ModelManifest.ModelFile, true, "is missing")]
    [InlineData(ModelManifest.ModelFile, false, "is damaged")]
    public void Open_FilesMissingOrCutOff_SaysWhich(string name, bool isMissing, string said)
    {
        Make();
        var path = Path.Combine(Exported, name);
        using (var file = File.OpenWrite(path))
        {
            file.SetLength(file.Length / 2);
        }

        if (isMissing)
        {
            File.Delete(path);
        }

        var findings = Examine(Exported);
        Assert.Contains(name, Of(findings, "weights").Text, StringComparison.Ordinal);
        Assert.Contains(said, Of(findings, "weights").Text, StringComparison.Ordinal);
        Assert.Equal(Health.Warning, Of(findings, "run").Health);
        var message = Assert.Throws<InvalidDataException>(() => LocalModel.Open(Exported, new SchedulerOptions())).Message;
        Assert.Contains($"{path}: {said}", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Generate_FolderDeletedMeanwhile_GoesOn()
    {
        Make();
        using var model = LocalModel.Open(Exported, new SchedulerOptions());
        var request = new TokenRequest(ExportedModel.Tokens(1, 3), new Sampling { Temperature = 0 }, 20);
        var before = await model.Scheduler.Submit(request, default);
        Directory.Delete(Exported, true);
        var after = await model.Scheduler.Submit(request, default);
        Assert.Equal((before.Text, null), (after.Text, after.Fault));
        Assert.Contains("there is no such", Assert.Throws<InvalidDataException>(() => LocalModel.Open(Exported, new SchedulerOptions())).Message, StringComparison.Ordinal);
        Assert.Equal("folder", Assert.Single(Examine(Exported)).Subject);
    }

    [Fact]
    public void Examine_TokenizerOfAnotherModel_DoesNotBelong()
    {
        Make();
        File.WriteAllText(Path.Combine(Exported, "added_tokens.json"), """{ "<human>": 39408, "<bot>": 39409 }""");
        var findings = Examine(Exported);
        Assert.Contains("they do not belong together", Of(findings, "vocabulary").Text, StringComparison.Ordinal);
        Assert.Contains("do not belong together", Assert.Throws<InvalidDataException>(() => LocalModel.Open(Exported, new SchedulerOptions())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Examine_FarFewerTokensThanRows_IsNoPadding()
    {
        TinyModel.Write(Published, new TinyOptions { Family = TinyFamily.Llama, Vocabulary = 4000 });
        var vocabulary = Of(Examine(Published), "vocabulary");
        Assert.Equal(Health.Warning, vocabulary.Health);
        Assert.Contains("1,202 tokens, 4,000 rows: more than padding", vocabulary.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Examine_NoTokenizer_IsToldOnce()
    {
        Make();
        File.Delete(Path.Combine(Exported, "tokenizer.model"));
        Assert.Single(Examine(Exported), finding => finding.Health == Health.Fault);
    }

    [Fact]
    public void Examine_Reference_IsCompared()
    {
        Make();
        var path = Path.Combine(Exported, "tokenizer_reference.jsonl");
        var right = new JsonObject { ["text"] = "你好<bot>", ["ids"] = new JsonArray([.. Ids("你好").Append(1201).Select(id => (JsonNode)id)]) };
        File.WriteAllText(path, right.ToJsonString() + "\n");
        Assert.Equal(Health.Ok, Of(Examine(Exported, new DoctorOptions { Runs = false }), "reference").Health);
        File.AppendAllText(path, """{"text": "Hello", "ids": [1, 2]}""" + "\n");
        var reference = Of(Examine(Exported, new DoctorOptions { Runs = false }), "reference");
        Assert.Equal(Health.Fault, reference.Health);
        Assert.StartsWith("1 of 2 lines", reference.Text, StringComparison.Ordinal);
        Assert.Contains("line 2 first", reference.Text, StringComparison.Ordinal);
        File.AppendAllText(path, "oh\n");
        Assert.Contains(":3: is no line", Examine(Exported, new DoctorOptions { Runs = false }).Single(finding => finding.Health == Health.Fault).Text, StringComparison.Ordinal);

        int[] Ids(string text) => Ziya.Models.Tokenization.ModelTokenizer.Load(Exported).Encode(text);
    }

    [Fact]
    public async Task Examine_KnownScores_FindsWhatStandsAroundAText()
    {
        Make(TinyFamily.Reward);
        var path = Path.Combine(Exported, "reward_reference.jsonl");
        await Write(new ScoringOptions());
        Assert.Equal(Health.Ok, Calibration().Health);

        await Write(new ScoringOptions { StartIds = [1], EndIds = [] });
        Assert.Equal(Health.Warning, Calibration().Health);
        Assert.Contains("start_ids: [1], end_ids: []", Calibration().Advice, StringComparison.Ordinal);

        File.WriteAllText(path, """{"question": "一", "answer": "二", "score": 100}""");
        Assert.Equal(Health.Fault, Calibration().Health);
        File.WriteAllText(path, """{"question": "一", "answer": "二"}""");
        Assert.Contains(":1: is no line", Of(Examine(Exported), "run").Text, StringComparison.Ordinal);

        Finding Calibration() => Of(Examine(Exported), "calibration");

        async Task Write(ScoringOptions options)
        {
            using var model = RewardModel.Open("r", Exported, PromptTemplates.Load("ziya-reward"), options);
            var lines = new List<string>();
            foreach (var (question, answer) in new[] { ("你好吗？", "我很好。"), ("What is 2 + 2?", "Four."), ("写一首诗", "床前明月光") })
            {
                var score = await model.Score([new Message("user", question), new Message("assistant", answer)], default);
                lines.Add(new JsonObject { ["question"] = question, ["answer"] = answer, ["score"] = score.Score }.ToJsonString());
            }

            File.WriteAllLines(path, lines);
        }
    }

    [Fact]
    public void Examine_TensorsNotAsConfigured_AreNamed()
    {
        Make();
        var config = Path.Combine(Published, "config.json");
        File.WriteAllText(config, File.ReadAllText(config).Replace("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3", StringComparison.Ordinal));
        var fault = Examine(Published).Single(finding => finding.Health == Health.Fault);
        Assert.Contains("9 tensors are not as config.json has them: model.layers.2.input_layernorm.weight is missing", fault.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Examine_BFloat16OnTheProcessor_SaysWhatToExport()
    {
        Make(TinyFamily.Llama, Precision.BFloat16);
        var findings = Examine(Exported, new DoctorOptions { Device = "cpu" });
        Assert.Equal(Health.Fault, Of(findings, "device").Health);
        Assert.Equal(Health.Warning, Of(findings, "run").Health);
    }

    [Fact]
    public void Cuda_DriverButNoProvider_IsAWarning()
    {
        var cuda = new CudaInstallation { ProviderPath = "/x", HasProvider = false, HasDriver = true, DriverVersion = 13000, Devices = [new CudaDevice("H100", 80L << 30)] };
        Assert.Equal([Health.Ok, Health.Warning], MachineDoctor.Cuda(cuda).Select(finding => finding.Health));
        Assert.Equal([Health.Ok], MachineDoctor.Cuda(cuda with { HasDriver = false, Devices = [] }).Select(finding => finding.Health));
        Assert.Equal([Health.Ok, Health.Ok], MachineDoctor.Cuda(cuda with { HasProvider = true }).Select(finding => finding.Health));
    }

    [Fact]
    public void CountNotFinite_AnyPlaceAndType_IsWhatOneByOneGives()
    {
        var random = new Random(3);
        foreach (var type in new[] { TensorType.Float32, TensorType.Float16, TensorType.BFloat16 })
        {
            for (var i = 0; i < 200; i++)
            {
                var floats = new float[random.Next(100)];
                foreach (ref var value in floats.AsSpan())
                {
                    value = random.Next(20) switch { 0 => float.NaN, 1 => float.PositiveInfinity, 2 => float.NegativeInfinity, 3 => 0, 4 => 65000, _ => random.NextSingle() };
                }

                var bytes = new byte[floats.Length * (type == TensorType.Float32 ? 4 : 2)];
                TensorElements.FromFloats(type, floats, bytes);
                Assert.Equal(floats.Count(value => !float.IsFinite(value)), TensorElements.CountNotFinite(type, bytes));
            }
        }
    }

    private static Finding Of(IReadOnlyList<Finding> findings, string subject) => findings.First(finding => finding.Subject == subject);

    private static List<Finding> Examine(string folder, DoctorOptions? options = null) => [.. ModelDoctor.Examine(folder, options ?? new DoctorOptions())];

    private void Make(TinyFamily family = TinyFamily.Llama, Precision type = Precision.Float32)
    {
        TinyModel.Write(Published, new TinyOptions { Family = family });
        ModelExport.Run(Published, Exported, new ExportOptions { Weights = type });
    }

    /// <summary>Writes the published weights anew, changed.</summary>
    private void Rewrite(Func<CheckpointTensor, Func<float, float>> changing)
    {
        var old = Checkpoint.Open(Published);
        var target = Path.Combine(_folder, "changed");
        Directory.CreateDirectory(target);
        SafetensorsFolder.Write(target, [.. old.Tensors.Values.Select(tensor => new TensorSpec(tensor.Name, TensorType.Float32, tensor.Shape))], (spec, writer) =>
        {
            using var view = old.View(spec.Name);
            var floats = new float[view.Tensor.Count];
            view.Read(0, floats);
            var bytes = new byte[4 * floats.Length];
            TensorElements.FromFloats(TensorType.Float32, [.. floats.Select(changing(view.Tensor))], bytes);
            writer.Write(bytes);
        });
        File.Move(Path.Combine(target, "model.safetensors"), Path.Combine(Published, "model.safetensors"), overwrite: true);
    }
}
