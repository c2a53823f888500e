using System.Text.Json.Nodes;
using Microsoft.ML.OnnxRuntime;
using Ziya.Models.Checkpoints;
using Ziya.Models.Export;
using Ziya.Models.Tiny;

namespace Ziya.Models.Tests.Export;

/// <summary>Logits of random models have a standard deviation of about 1: tolerances are absolute.</summary>
public sealed class ModelExportTests
{
    private const int Positions = 64;

    [Theory]
    [InlineData(TinyFamily.Llama, "")]
    [InlineData(TinyFamily.Llama, "num_key_value_heads: 4")]
    [InlineData(TinyFamily.Llama, "rope_theta: 500000")]
    [InlineData(TinyFamily.Llama, "rope_scaling: linear")]
    [InlineData(TinyFamily.Llama, "rope_scaling: llama3")]
    [InlineData(TinyFamily.Llama, "rope_scaling: yarn")]
    [InlineData(TinyFamily.Llama, "rope_parameters: yarn")]
    [InlineData(TinyFamily.Llama, "attention_bias: true")]
    [InlineData(TinyFamily.Llama, "architectures: Qwen2")]
    [InlineData(TinyFamily.GptBigCode, "")]
    [InlineData(TinyFamily.GptBigCode, "activation_function: tanh")]
    public void Run_Float32_PrefillAndDecodeAreTheReference(TinyFamily family, string variant)
    {
        var biased = variant is "attention_bias: true" or "architectures: Qwen2";
        using var model = variant == "num_key_value_heads: 4"
            ? new ExportedModel(new TinyOptions { Family = family, Vocabulary = 300, HasTokenizer = false, Heads = 3, Hidden = 96 })
            : new ExportedModel(new TinyOptions { Family = family, Vocabulary = 300, HasTokenizer = false, HasAttentionBias = variant == "attention_bias: true", IsQwen2 = variant == "architectures: Qwen2" }, edit: folder => Edit(folder, variant));
        Assert.Equal(variant == "attention_bias: true", model.Manifest.Config.OutputBias);
        Assert.Equal(biased, model.Manifest.Config.QkvBias);
        Assert.InRange(PrefillAndDecode(model, float.NaN, model.Reference), 0, 1e-4);
    }

    [Theory]
    [InlineData(TinyFamily.Llama)]
    [InlineData(TinyFamily.GptBigCode)]
    public void Run_Float16_IsTheReferenceWithinTwoHundredths(TinyFamily family)
    {
        using var model = new ExportedModel(new TinyOptions { Family = family, Vocabulary = 300, HasTokenizer = false, Type = TensorType.Float16 }, new ExportOptions { Weights = Precision.Float16 });
        Assert.InRange(PrefillAndDecode(model, Float16.NaN, model.Reference), 0, 2e-2);
    }

    [Theory]
    [InlineData(TinyFamily.Llama, Precision.Int8, 32, 0.1)]
    [InlineData(TinyFamily.Llama, Precision.Int4, 32, 1.0)]
    [InlineData(TinyFamily.Llama, Precision.Int4, 128, 1.2)]
    [InlineData(TinyFamily.GptBigCode, Precision.Int8, 32, 0.1)]
    [InlineData(TinyFamily.GptBigCode, Precision.Int4, 16, 1.0)]
    public void Run_Quantized_IsTheReferenceOfTheRoundedWeights(TinyFamily family, Precision precision, int blockSize, double tolerance)
    {
        using var model = new ExportedModel(new TinyOptions { Family = family, Vocabulary = 300, HasTokenizer = false }, new ExportOptions { Weights = precision, BlockSize = blockSize });
        // The tied embedding is looked up unrounded and multiplied rounded, for which the reference has no two names.
        if (family == TinyFamily.Llama)
        {
            var rounded = new ReferenceModel(model.Manifest.Config, model.Checkpoint, (name, weight, inputs) =>
                name.Contains("embed", StringComparison.Ordinal) ? weight : Rounded(weight, inputs, precision == Precision.Int8 || name.StartsWith("lm_head", StringComparison.Ordinal) ? 8 : 4, blockSize));
            Assert.InRange(PrefillAndDecode(model, float.NaN, rounded), 0, 1e-4);
        }

        Assert.InRange(PrefillAndDecode(model, float.NaN, model.Reference), 0, tolerance);
    }

    [Fact]
    public void Run_BFloat16_WeightsAreThoseOfTheCheckpoint()
    {
        // ONNX Runtime has no attention in bfloat16 for CPU, so that only the data can be looked at.
        using var model = new ExportedModel(new TinyOptions { Family = TinyFamily.Llama, Vocabulary = 300, HasTokenizer = false, Type = TensorType.BFloat16 }, new ExportOptions { Weights = Precision.BFloat16 });
        using var view = model.Checkpoint.View("model.embed_tokens.weight");

        var data = File.ReadAllBytes(Path.Combine(model.Target, ModelManifest.DataFile));

        Assert.Equal(view.Bytes(0, (int)view.Tensor.Bytes), data.AsSpan(0, (int)view.Tensor.Bytes));
        Assert.Equal(Precision.BFloat16, ModelManifest.Load(model.Target).Compute);
    }

    [Theory]
    [InlineData(TinyFamily.Llama)]
    [InlineData(TinyFamily.GptBigCode)]
    public void Score_RowsOfSeveralLengths_LogProbabilitiesOfTheReference(TinyFamily family)
    {
        using var model = new ExportedModel(new TinyOptions { Family = family, Vocabulary = 300, HasTokenizer = false });
        int[][] rows = [ExportedModel.Tokens(1, 5), ExportedModel.Tokens(2, 23), ExportedModel.Tokens(3, 1)];
        var places = rows.SelectMany((row, r) => row.Select((_, t) => (Row: r, Place: t, Target: (t * 13) % 300))).ToList();

        var probabilities = model.Run(ModelManifest.ScoreFile, rows, "log_probabilities",
            ("positions", [.. places.SelectMany(place => new long[] { place.Row, place.Place })], [places.Count, 2]), ("targets", [.. places.Select(place => (long)place.Target)], [places.Count]));

        for (var i = 0; i < places.Count; i++)
        {
            var logits = model.Reference.Logits(rows[places[i].Row])[places[i].Place];
            Assert.Equal(logits[places[i].Target] - Math.Log(logits.Sum(Math.Exp)), probabilities[i], 1e-4);
        }
    }

    [Fact]
    public void Reward_PaddedRows_ScoresOfTheLastTokens()
    {
        using var model = new ExportedModel(new TinyOptions { Family = TinyFamily.Reward, Vocabulary = 300, HasTokenizer = false });
        int[][] rows = [ExportedModel.Tokens(1, 9), ExportedModel.Tokens(2, 31), ExportedModel.Tokens(3, 1)];

        var scores = model.Run(ModelManifest.ModelFile, rows, "scores");

        Assert.All(rows.Zip(scores), pair => Assert.Equal(model.Reference.Linear(model.Reference.Hidden(pair.First)[^1], "value_head")[0], pair.Second, 1e-4));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Embed_PaddedRows_PooledAndOfLengthOne(bool mean)
    {
        using var model = new ExportedModel(new TinyOptions { Family = TinyFamily.Embedding, Vocabulary = 300, HasTokenizer = false }, edit: folder =>
        {
            if (!mean)
            {
                Directory.Delete(Path.Combine(folder, "1_Pooling"), recursive: true);
            }
        });
        int[][] rows = [ExportedModel.Tokens(1, 9), ExportedModel.Tokens(2, 31), ExportedModel.Tokens(3, 1)];

        var embeddings = model.Run(ModelManifest.ModelFile, rows, "embeddings").Chunk(model.Manifest.Config.Hidden).ToArray();

        for (var row = 0; row < rows.Length; row++)
        {
            var hidden = model.Reference.Hidden(rows[row]);
            var pooled = Enumerable.Range(0, hidden[0].Length).Select(i => mean ? hidden.Average(state => state[i]) : hidden[^1][i]).ToArray();
            var length = Math.Sqrt(pooled.Sum(value => value * value));
            Assert.All(pooled.Zip(embeddings[row]), pair => Assert.Equal(pair.First / length, pair.Second, 1e-4));
        }
    }

    [Fact]
    public void Run_TargetNotEmpty_IsLeftAlone()
    {
        using var model = new ExportedModel(new TinyOptions { Family = TinyFamily.Llama });
        Assert.Contains("is there already", Assert.Throws<IOException>(() => ModelExport.Run(model.Source, model.Target, new ExportOptions())).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vocab_size", "301", "should be [301, 64]")]
    [InlineData("num_hidden_layers", "3", "has no tensor model.layers.2")]
    [InlineData("hidden_act", "\"relu\"", "hidden_act is relu")]
    [InlineData("attention_bias", "true", "has no tensor model.layers.0.self_attn.q_proj.bias")]
    [InlineData("use_sliding_window", "true", "use_sliding_window is true")]
    [InlineData("rope_scaling", """{"type":"dynamic","factor":2.0}""", "rope_scaling.rope_type is dynamic")]
    [InlineData("rope_parameters", """{"rope_type":"longrope"}""", "rope_parameters.rope_type is longrope")]
    [InlineData("rope_scaling", """{"type":"yarn","factor":-2.0}""", "rope_scaling.factor is -2")]
    [InlineData("architectures", """["BertModel"]""", "architectures is BertModel")]
    [InlineData("num_key_value_heads", "3", "cannot share them evenly")]
    [InlineData("hidden_size", "\"wide\"", "is damaged")]
    [InlineData("num_hidden_layers", "0", "num_hidden_layers is 0")]
    public void Run_ConfigurationThatIsNotTheModel_SaysWhatAndLeavesNothing(string key, string value, string message)
    {
        var target = "";
        var exception = Assert.Throws<InvalidDataException>(() => new ExportedModel(new TinyOptions { Family = TinyFamily.Llama, Vocabulary = 300, HasTokenizer = false }, edit: folder =>
        {
            target = Path.Combine(folder, "..", "target");
            Edit(folder, config => config[key] = JsonNode.Parse(value));
        }));
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(target) || Directory.Exists(target + ".partial"));
    }

    [Theory]
    [InlineData("llama3", 500000, 128)]
    [InlineData("llama3", 10000, 64)]
    [InlineData("yarn", 1000000, 128)]
    [InlineData("yarn", 10000, 64)]
    [InlineData("linear", 10000, 32)]
    [InlineData("default", 10000, 32)]
    public void Frequencies_RealSizes_AreThoseOfTheReference(string type, double theta, int size)
    {
        var rope = new RopeScaling { Type = type, Factor = 8, Original = 8192 };

        Assert.All(rope.Frequencies(theta, size).Zip(RopeReference.Frequencies(rope, theta, size)), pair => Assert.Equal(pair.Second, pair.First, pair.Second * 1e-14));
    }

    [Theory]
    [InlineData("""{"type":"yarn","factor":4.0,"original_max_position_embeddings":128}""", 4, 128, 1.1386294361119891)]
    [InlineData("""{"type":"yarn","factor":4.0,"attention_factor":1.5}""", 4, 512, 1.5)]
    [InlineData("""{"type":"yarn","original_max_position_embeddings":64}""", 8, 64, 1.2079441541679836)]
    [InlineData("""{"type":"yarn","factor":40,"mscale":1.0,"mscale_all_dim":1.0}""", 40, 512, 1)]
    [InlineData("""{"rope_type":"llama3","factor":32.0,"low_freq_factor":1.0,"high_freq_factor":4.0,"original_max_position_embeddings":256}""", 32, 256, 1)]
    [InlineData("""{"rope_type":"default"}""", 1, 0, 1)]
    public void Load_RopeScaling_TakesWhatIsNotSaidFromTheRest(string scaling, double factor, double original, double attention)
    {
        var folder = Directory.CreateTempSubdirectory("ziya-rope-").FullName;
        File.WriteAllText(Path.Combine(folder, "config.json"), $$"""
            {"architectures": ["LlamaForCausalLM"], "vocab_size": 300, "hidden_size": 64, "intermediate_size": 192, "num_hidden_layers": 1, "num_attention_heads": 4,
             "max_position_embeddings": 512, "rope_scaling": {{scaling}}}
            """);
        var rope = ModelConfig.Load(folder).Rope;
        Directory.Delete(folder, true);

        Assert.Equal((factor, original), (rope.Factor, rope.Original));
        Assert.Equal(attention, rope.Attention, 1e-12);
    }

    [Fact]
    public void Manifest_SavedAndLoaded_IsTheSame()
    {
        using var model = new ExportedModel(new TinyOptions { Family = TinyFamily.Reward });
        var loaded = ModelManifest.Load(model.Target);
        Assert.Equal(model.Manifest with { Config = model.Manifest.Config with { EosIds = loaded.Config.EosIds } }, loaded);
        Assert.Equal([2], loaded.Config.EosIds);
        Assert.Equal(2 * 2 * 2 * 16 * 4, loaded.KvBytesPerPosition);

        File.Delete(Path.Combine(model.Target, ModelManifest.FileName));
        Assert.Contains("is no exported model", Assert.Throws<InvalidDataException>(() => ModelManifest.Load(model.Target)).Message, StringComparison.Ordinal);
    }

    /// <summary>Prompts of several lengths in one padded call into a cache full of NaN, then steps of one token a row; the largest difference of a logit.</summary>
    private static double PrefillAndDecode<T>(ExportedModel model, T nan, ReferenceModel reference)
        where T : unmanaged
    {
        int[][] texts = [ExportedModel.Tokens(1, 12), ExportedModel.Tokens(2, 40), ExportedModel.Tokens(3, 8)];
        int[] lengths = [5, 31, 1];
        var caches = model.NewCaches(texts.Length, Positions, nan);
        var expected = texts.Select(reference.Logits).ToArray();
        var difference = 0.0;
        void Compare(float[][] logits)
        {
            for (var row = 0; row < texts.Length; row++)
            {
                Assert.DoesNotContain(float.NaN, logits[row]);
                difference = Math.Max(difference, logits[row].Zip(expected[row][lengths[row] - 1], (a, b) => Math.Abs(a - b)).Max());
            }
        }

        Compare(model.Step([.. texts.Select((text, row) => text[..lengths[row]])], new int[3], caches, Positions));
        for (var step = 0; step < 7; step++)
        {
            var before = lengths.ToArray();
            lengths = [.. lengths.Select(length => length + 1)];
            Compare(model.Step([.. texts.Select((text, row) => text[before[row]..lengths[row]])], before, caches, Positions));
        }

        // Several tokens behind a past: one row at a time.
        var single = model.NewCaches(1, Positions, nan);
        model.Step([texts[1][..20]], [0], single, Positions);
        var rest = model.Step([texts[1][20..]], [20], single, Positions)[0];
        return Math.Max(difference, rest.Zip(expected[1][^1], (a, b) => Math.Abs(a - b)).Max());
    }

    private static float[] Rounded(float[] weight, int inputs, int bits, int blockSize)
    {
        var result = new float[weight.Length];
        for (var begin = 0; begin < weight.Length; begin += inputs)
        {
            for (var block = begin; block < begin + inputs; block += blockSize)
            {
                var values = weight[block..Math.Min(block + blockSize, begin + inputs)];
                var scale = values.MaxBy(Math.Abs) / -(1 << (bits - 1));
                for (var i = 0; i < values.Length; i++)
                {
                    result[block + i] = Math.Min(MathF.Round(values[i] * (1 / scale)), (1 << (bits - 1)) - 1) * scale;
                }
            }
        }

        return result;
    }

    private static void Edit(string folder, string variant) => Edit(folder, config =>
    {
        switch (variant)
        {
            case "rope_theta: 500000":
                config["rope_theta"] = 500000;
                break;
            case "rope_scaling: linear":
                config["rope_scaling"] = new JsonObject { ["type"] = "linear", ["factor"] = 4.0 };
                break;
            case "rope_scaling: llama3":
                config["rope_scaling"] = new JsonObject { ["rope_type"] = "llama3", ["factor"] = 8.0, ["low_freq_factor"] = 1.0, ["high_freq_factor"] = 4.0, ["original_max_position_embeddings"] = 64 };
                break;
            case "rope_scaling: yarn":
                config["rope_scaling"] = new JsonObject { ["type"] = "yarn", ["factor"] = 4.0, ["original_max_position_embeddings"] = 128 };
                break;
            case "rope_parameters: yarn":
                config.AsObject().Remove("rope_theta");
                config["rope_parameters"] = new JsonObject { ["rope_type"] = "yarn", ["rope_theta"] = 1000000.0, ["original_max_position_embeddings"] = 256, ["truncate"] = false, ["beta_fast"] = 8, ["mscale"] = 1.0, ["mscale_all_dim"] = 0.5 };
                break;
            case "activation_function: tanh":
                config["activation_function"] = "gelu_pytorch_tanh";
                break;
        }
    });

    private static void Edit(string folder, Action<JsonNode> edit)
    {
        var path = Path.Combine(folder, "config.json");
        var config = JsonNode.Parse(File.ReadAllText(path))!;
        edit(config);
        File.WriteAllText(path, config.ToJsonString());
    }
}
