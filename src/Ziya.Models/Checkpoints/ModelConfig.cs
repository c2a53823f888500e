using System.Text.Json;

namespace Ziya.Models.Checkpoints;

/// <summary>What a Hugging Face folder's <c>config.json</c> says of a model, checked against what is supported.</summary>
public sealed record ModelConfig
{
    /// <summary>How the layers are made.</summary>
    public required ModelFamily Family { get; init; }

    /// <summary>What comes out.</summary>
    public required ModelTask Task { get; init; }

    /// <summary>Rows of the embedding; at least the tokens, and more when rows were added as padding.</summary>
    public required int Vocabulary { get; init; }

    /// <summary>Width of the stream between layers.</summary>
    public required int Hidden { get; init; }

    /// <summary>Width inside the feed-forward block.</summary>
    public required int Intermediate { get; init; }

    /// <summary>Layers.</summary>
    public required int Layers { get; init; }

    /// <summary>Query heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Key and value heads; fewer than <see cref="Heads"/> when groups of queries share them.</summary>
    public required int KvHeads { get; init; }

    /// <summary>Width of a head.</summary>
    public required int HeadSize { get; init; }

    /// <summary>Positions that the model was made for.</summary>
    public required int Context { get; init; }

    /// <summary>What norms add to the variance.</summary>
    public required double Epsilon { get; init; }

    /// <summary>Base of the rotary frequencies; LLaMA only.</summary>
    public double RopeTheta { get; init; } = 10000;

    /// <summary>How the rotary frequencies are changed; LLaMA only.</summary>
    public RopeScaling Rope { get; init; } = new();

    /// <summary>Whether queries, keys and values have biases: Qwen2.</summary>
    public bool QkvBias { get; init; }

    /// <summary>Whether the output of attention has one.</summary>
    public bool OutputBias { get; init; }

    /// <summary>Whether the head is the embedding.</summary>
    public bool TiedHead { get; init; }

    /// <summary>Whether GELU is the approximation by tanh; GPTBigCode only.</summary>
    public bool TanhGelu { get; init; }

    /// <summary>Whether an embedding is the mean over tokens; otherwise it is the last token's. By <c>1_Pooling/config.json</c>.</summary>
    public bool MeanPooling { get; init; }

    /// <summary>The token that begins a text.</summary>
    public int? BosId { get; init; }

    /// <summary>The tokens that end a text.</summary>
    public IReadOnlyList<int> EosIds { get; init; } = [];

    /// <summary>The token that fills.</summary>
    public int? PadId { get; init; }

    /// <summary>Reads the configuration of a folder.</summary>
    /// <exception cref="InvalidDataException">It is missing, damaged, or of a model that is not supported; the message says what.</exception>
    public static ModelConfig Load(string folder)
    {
        var path = Path.Combine(folder, "config.json");
        if (!File.Exists(path))
        {
            throw new InvalidDataException($"{folder}: has no config.json.");
        }

        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            var values = new ConfigValues(path, json.RootElement);
            var config = values.Text("architectures") switch
            {
                "LlamaForCausalLM" or "Qwen2ForCausalLM" => Llama(values, ModelTask.Generate),
                "LlamaRewardModel" => Llama(values, ModelTask.Reward),
                "LlamaModel" => Llama(values, ModelTask.Embed) with { MeanPooling = HasMeanPooling(folder) },
                "GPTBigCodeForCausalLM" => GptBigCode(values),
                var other => throw values.Wrong("architectures", $"is {other ?? "not there"}; supported are LlamaForCausalLM, Qwen2ForCausalLM, LlamaRewardModel, LlamaModel and GPTBigCodeForCausalLM"),
            };
            return config.Checked(values);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"{path}: is damaged: {exception.Message}", exception);
        }
    }

    private static ModelConfig Llama(ConfigValues values, ModelTask task)
    {
        values.Require("hidden_act", "silu");
        values.RequireFalse("mlp_bias");
        values.RequireFalse("use_sliding_window");
        var (bias, qwen) = (values.Flag("attention_bias", false), values.Text("architectures") == "Qwen2ForCausalLM");

        // The first conversions of LLaMA said max_sequence_length; rope_parameters came with version 5 of transformers.
        var context = values.Count("max_position_embeddings", values.Count("max_sequence_length", 2048));
        var rope = values.Section("rope_parameters") ?? values.Section("rope_scaling") ?? values.Empty();
        var heads = values.Count("num_attention_heads");
        return new ModelConfig
        {
            Family = ModelFamily.Llama,
            Task = task,
            Vocabulary = values.Count("vocab_size"),
            Hidden = values.Count("hidden_size"),
            Intermediate = values.Count("intermediate_size"),
            Layers = values.Count("num_hidden_layers"),
            Heads = heads,
            KvHeads = values.Count("num_key_value_heads", heads),
            HeadSize = values.Count("head_dim", values.Count("hidden_size") / heads),
            Context = context,
            Epsilon = values.Number("rms_norm_eps", 1e-6),
            RopeTheta = rope.Number("rope_theta", values.Number("rope_theta", 10000)),
            Rope = rope.Scaling(context),
            QkvBias = bias || qwen,
            OutputBias = bias,
            TiedHead = values.Flag("tie_word_embeddings", false),
            BosId = values.Id("bos_token_id"),
            EosIds = values.Ids("eos_token_id"),
            PadId = values.Id("pad_token_id"),
        };
    }

    private static ModelConfig GptBigCode(ConfigValues values)
    {
        if (!values.Flag("multi_query", true))
        {
            throw values.Wrong("multi_query", "is false; the layout of multi-head GPTBigCode is not supported");
        }

        if (!values.Flag("scale_attn_weights", true))
        {
            throw values.Wrong("scale_attn_weights", "is false; attention without its scale is not supported");
        }

        var activation = values.Text("activation_function") ?? "gelu_pytorch_tanh";
        var hidden = values.Count("n_embd");
        return new ModelConfig
        {
            Family = ModelFamily.GptBigCode,
            Task = ModelTask.Generate,
            Vocabulary = values.Count("vocab_size"),
            Hidden = hidden,
            Intermediate = values.Count("n_inner", 4 * hidden),
            Layers = values.Count("n_layer"),
            Heads = values.Count("n_head"),
            KvHeads = 1,
            HeadSize = hidden / values.Count("n_head"),
            Context = values.Count("n_positions"),
            Epsilon = values.Number("layer_norm_epsilon", 1e-5),
            TiedHead = values.Flag("tie_word_embeddings", true),
            TanhGelu = activation switch
            {
                "gelu" => false,
                "gelu_pytorch_tanh" or "gelu_new" or "gelu_fast" => true,
                _ => throw values.Wrong("activation_function", $"is {activation}; supported are gelu (exact) and gelu_pytorch_tanh, gelu_new, gelu_fast (by tanh)"),
            },
            BosId = values.Id("bos_token_id"),
            EosIds = values.Ids("eos_token_id"),
            PadId = values.Id("pad_token_id"),
        };
    }

    private ModelConfig Checked(ConfigValues values)
    {
        if (Heads % KvHeads != 0)
        {
            throw values.Wrong("num_key_value_heads", $"is {KvHeads}, and {Heads} heads cannot share them evenly");
        }

        // GroupQueryAttention asks for multiples of 8, and of 16 when it rotates.
        var multiple = Family == ModelFamily.Llama ? 16 : 8;
        return HeadSize % multiple == 0 ? this : throw values.Wrong("head_dim", $"or its equivalent is {HeadSize}; heads must be a multiple of {multiple} wide");
    }

    private static bool HasMeanPooling(string folder)
    {
        var path = Path.Combine(folder, "1_Pooling", "config.json");
        if (!File.Exists(path))
        {
            return false;
        }

        using var json = JsonDocument.Parse(File.ReadAllBytes(path));
        var values = new ConfigValues(path, json.RootElement);
        return values.Flag("pooling_mode_mean_tokens", false) || values.Flag("pooling_mode_lasttoken", false)
            ? values.Flag("pooling_mode_mean_tokens", false)
            : throw values.Wrong("pooling_mode_mean_tokens", "and pooling_mode_lasttoken are false; these two are supported");
    }
}
