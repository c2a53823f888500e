using System.Text.Json;
using System.Text.Json.Nodes;
using Ziya.Models.Checkpoints;

namespace Ziya.Models.Tiny;

/// <summary>
/// Small models of random weights, as Hugging Face folders, so that everything that handles models can be tried in seconds. They have learned
/// nothing: what they write is noise, and what they score means nothing.
/// </summary>
public static class TinyModel
{
    /// <summary>Elements that are drawn at once.</summary>
    private const int ChunkElements = 1 << 16;

    /// <summary>Writes a model into a new folder.</summary>
    public static void Write(string target, TinyOptions options)
    {
        var heads = options.Heads;
        if (heads < 1 || options.Hidden % (16 * heads) != 0)
        {
            throw new InvalidDataException($"A width of {options.Hidden} does not give {heads} heads a multiple of 16 each.");
        }

        if (options.HasTokenizer && options.Vocabulary < TinyTokenizer.MinVocabulary(options.Family))
        {
            throw new InvalidDataException($"A vocabulary of {options.Vocabulary} rows is too small for its tokenizer of {TinyTokenizer.MinVocabulary(options.Family)} tokens.");
        }

        NewFolder.Write(target, folder =>
        {
            File.WriteAllText(Path.Combine(folder, "config.json"), Config(options).ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
            if (options.Family == TinyFamily.Embedding)
            {
                Directory.CreateDirectory(Path.Combine(folder, "1_Pooling"));
                File.WriteAllText(Path.Combine(folder, "1_Pooling", "config.json"), """{ "pooling_mode_mean_tokens": true, "pooling_mode_lasttoken": false }""" + "\n");
            }

            if (options.HasTokenizer)
            {
                TinyTokenizer.Write(folder, options.Family);
            }

            WriteWeights(folder, options, Tensors(ModelConfig.Load(folder), options.Type));
        });
    }

    /// <summary>The tensors of a model, as its published checkpoints have them.</summary>
    internal static IReadOnlyList<TensorSpec> Tensors(ModelConfig config, TensorType type)
    {
        var tensors = new List<TensorSpec>();
        long hidden = config.Hidden, inner = config.Intermediate, width = (long)config.Heads * config.HeadSize, kv = (long)config.KvHeads * config.HeadSize;
        void Add(string name, params long[] shape) => tensors.Add(new TensorSpec(name, type, shape));
        if (config.Family == ModelFamily.GptBigCode)
        {
            void AddWithBias(string name, params long[] shape)
            {
                Add(name + ".weight", shape);
                Add(name + ".bias", shape[0]);
            }

            Add("transformer.wte.weight", config.Vocabulary, hidden);
            Add("transformer.wpe.weight", config.Context, hidden);
            for (var i = 0; i < config.Layers; i++)
            {
                AddWithBias($"transformer.h.{i}.ln_1", hidden);
                AddWithBias($"transformer.h.{i}.attn.c_attn", width + (2 * kv), hidden);
                AddWithBias($"transformer.h.{i}.attn.c_proj", hidden, hidden);
                AddWithBias($"transformer.h.{i}.ln_2", hidden);
                AddWithBias($"transformer.h.{i}.mlp.c_fc", inner, hidden);
                AddWithBias($"transformer.h.{i}.mlp.c_proj", hidden, inner);
            }

            AddWithBias("transformer.ln_f", hidden);
            return tensors;
        }

        Add("model.embed_tokens.weight", config.Vocabulary, hidden);
        for (var i = 0; i < config.Layers; i++)
        {
            Add($"model.layers.{i}.input_layernorm.weight", hidden);
            Add($"model.layers.{i}.self_attn.q_proj.weight", width, hidden);
            Add($"model.layers.{i}.self_attn.k_proj.weight", kv, hidden);
            Add($"model.layers.{i}.self_attn.v_proj.weight", kv, hidden);
            Add($"model.layers.{i}.self_attn.o_proj.weight", hidden, width);
            foreach (var (projection, length) in config.QkvBias ? [("q", width), ("k", kv), ("v", kv)] : Array.Empty<(string, long)>())
            {
                Add($"model.layers.{i}.self_attn.{projection}_proj.bias", length);
            }

            if (config.OutputBias)
            {
                Add($"model.layers.{i}.self_attn.o_proj.bias", hidden);
            }

            Add($"model.layers.{i}.post_attention_layernorm.weight", hidden);
            Add($"model.layers.{i}.mlp.gate_proj.weight", inner, hidden);
            Add($"model.layers.{i}.mlp.up_proj.weight", inner, hidden);
            Add($"model.layers.{i}.mlp.down_proj.weight", hidden, inner);
        }

        Add("model.norm.weight", hidden);
        switch (config.Task)
        {
            case ModelTask.Generate when !config.TiedHead:
                Add("lm_head.weight", config.Vocabulary, hidden);
                break;
            case ModelTask.Reward:
                Add("value_head.weight", 1, hidden);
                Add("value_head.bias", 1);
                break;
        }

        return tensors;
    }

    private static void WriteWeights(string folder, TinyOptions options, IReadOnlyList<TensorSpec> tensors)
    {
        var random = new Random(options.Seed);
        if (options.Family == TinyFamily.Reward)
        {
            PyTorchWriter.Write(Path.Combine(folder, "pytorch_model.bin"), [.. tensors.Select(tensor => (tensor, Draw(tensor, (int)CheckpointTensor.CountOf(tensor.Shape), random)))]);
            return;
        }

        SafetensorsFolder.Write(folder, tensors, (tensor, writer) =>
        {
            var count = CheckpointTensor.CountOf(tensor.Shape);
            for (long at = 0; at < count; at += ChunkElements)
            {
                writer.Write(Draw(tensor, (int)Math.Min(ChunkElements, count - at), random));
            }
        });
    }

    /// <summary>Weights that keep the stream near a variance of 1: norms about 1, biases small, embeddings 1, the rest by the root of the inputs.</summary>
    private static byte[] Draw(TensorSpec tensor, int count, Random random)
    {
        var (mean, deviation) = tensor.Shape.Count == 1
            ? (tensor.Name.EndsWith(".bias", StringComparison.Ordinal) ? 0f : 1f, 0.1f)
            : (0f, tensor.Name.Contains("embed", StringComparison.Ordinal) || tensor.Name.Contains("wpe", StringComparison.Ordinal) ? 1f : 1 / MathF.Sqrt(tensor.Shape[1]));
        var floats = new float[count];
        foreach (ref var value in floats.AsSpan())
        {
            // The sum of four uniform numbers is near enough to normal, and the same on every machine, which a logarithm is not.
            value = mean + (deviation * MathF.Sqrt(3) * (random.NextSingle() + random.NextSingle() + random.NextSingle() + random.NextSingle() - 2));
        }

        var bytes = new byte[count * tensor.Type.Size()];
        TensorElements.FromFloats(tensor.Type, floats, bytes);
        return bytes;
    }

    private static JsonObject Config(TinyOptions options) => options.Family == TinyFamily.GptBigCode
        ? new JsonObject
        {
            ["architectures"] = new JsonArray("GPTBigCodeForCausalLM"),
            ["model_type"] = "gpt_bigcode",
            ["activation_function"] = "gelu",
            ["multi_query"] = true,
            ["vocab_size"] = options.Vocabulary,
            ["n_embd"] = options.Hidden,
            ["n_inner"] = 4 * options.Hidden,
            ["n_layer"] = options.Layers,
            ["n_head"] = options.Heads,
            ["n_positions"] = options.Context,
            ["layer_norm_epsilon"] = 1e-5,
            ["bos_token_id"] = 0,
            ["eos_token_id"] = 0,
            ["torch_dtype"] = TypeName(options.Type),
        }
        : new JsonObject
        {
            ["architectures"] = new JsonArray(options.Family switch { TinyFamily.Reward => "LlamaRewardModel", TinyFamily.Embedding => "LlamaModel", _ => options.IsQwen2 ? "Qwen2ForCausalLM" : "LlamaForCausalLM" }),
            ["model_type"] = options.IsQwen2 ? "qwen2" : "llama",
            ["attention_bias"] = options.HasAttentionBias,
            ["hidden_act"] = "silu",
            ["vocab_size"] = options.Vocabulary,
            ["hidden_size"] = options.Hidden,
            ["intermediate_size"] = (options.Hidden * 8 / 3 + 31) / 32 * 32,
            ["num_hidden_layers"] = options.Layers,
            ["num_attention_heads"] = options.Heads,
            ["num_key_value_heads"] = options.Heads % 2 == 0 ? options.Heads / 2 : options.Heads,
            ["max_position_embeddings"] = options.Context,
            ["rms_norm_eps"] = 1e-6,
            ["rope_theta"] = 10000,
            ["tie_word_embeddings"] = false,
            ["bos_token_id"] = 1,
            ["eos_token_id"] = 2,
            ["pad_token_id"] = 0,
            ["torch_dtype"] = TypeName(options.Type),
        };

    private static string TypeName(TensorType type) => type switch
    {
        TensorType.Float16 => "float16",
        TensorType.BFloat16 => "bfloat16",
        _ => "float32",
    };
}
