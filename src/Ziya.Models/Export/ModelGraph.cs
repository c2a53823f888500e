using Ziya.Models.Checkpoints;
using DataType = Ziya.Models.Protos.Onnx.TensorProto.Types.DataType;

namespace Ziya.Models.Export;

/// <summary>
/// The graphs of a model: inputs, layers, and what is made of the hidden states.
/// All take input_ids int64 [batch, sequence], rows filled on the right with any token; seqlens_k int32 [batch], the position of each row's last token; total_seq_len int32 [].
/// - generate: last_index int64 [batch], which of the sequence is a row's last token, and past_key_values.N.key|value [batch, kv heads, past, head size];
///   gives logits float [batch, vocabulary] and present.N.key|value, which may be the same memory as the past.
/// - score: positions int64 [n, 2] of (row, place) and targets int64 [n]; gives logits float [n, vocabulary] and log_probabilities float [n] of the targets there.
/// - reward: gives scores float [batch].
/// - embed: gives embeddings float [batch, hidden], each of length 1.
/// </summary>
internal sealed class ModelGraph(ModelConfig config, Layers layers, WeightStore weights)
{
    private const string Head = "lm_head.weight";

    /// <summary>Puts all weights into the store.</summary>
    public void AddWeights(int context)
    {
        layers.AddWeights(weights, context);
        if (config.Task == ModelTask.Reward)
        {
            weights.Add("value_head.weight", 1, config.Hidden);
            weights.Add("value_head.bias", 1);
        }
        else if (config.Task == ModelTask.Generate && !(config.TiedHead && weights.Options.Weights <= Precision.BFloat16))
        {
            // A tied head at 8 bits is a copy: the embedding is looked up by rows and stays as it is.
            weights.AddLinear(Head, [(config.TiedHead ? layers.Embedding : Head, config.Vocabulary)], config.Hidden, isHead: true);
        }
    }

    /// <summary>The graph that prefills and decodes.</summary>
    public OnnxGraph Generate()
    {
        var graph = new OnnxGraph(weights);
        var inputs = Inputs(graph, hasPast: true);
        var last = graph.Op("Unsqueeze", [graph.Input("last_index", DataType.Int64, "batch"), graph.Integers(1)]);
        var hidden = graph.Op("GatherND", [Hidden(graph, inputs), last], ("batch_dims", 1L));
        graph.Output(Logits(graph, hidden), "logits", DataType.Float, "batch", config.Vocabulary);
        return graph;
    }

    /// <summary>The graph that scores given text.</summary>
    public OnnxGraph Score()
    {
        var graph = new OnnxGraph(weights);
        var inputs = Inputs(graph, hasPast: false);
        var positions = graph.Input("positions", DataType.Int64, "positions", 2);
        var targets = graph.Input("targets", DataType.Int64, "positions");
        var logits = Logits(graph, graph.Op("GatherND", [Hidden(graph, inputs), positions]));
        var chosen = graph.Op("GatherElements", [graph.Op("LogSoftmax", [logits]), graph.Op("Unsqueeze", [targets, graph.Integers(1)])], ("axis", 1L));
        graph.Output(logits, "logits", DataType.Float, "positions", config.Vocabulary);
        graph.Output(graph.Op("Squeeze", [chosen, graph.Integers(1)]), "log_probabilities", DataType.Float, "positions");
        return graph;
    }

    /// <summary>The graph of a reward model.</summary>
    public OnnxGraph Reward()
    {
        var graph = new OnnxGraph(weights);
        var inputs = Inputs(graph, hasPast: false);
        var score = graph.Op("Gemm", [LastHidden(graph, inputs), graph.Weight("value_head.weight"), graph.Weight("value_head.bias")], ("transB", 1L));
        graph.Output(Single(graph, graph.Op("Squeeze", [score, graph.Integers(1)])), "scores", DataType.Float, "batch");
        return graph;
    }

    /// <summary>The graph of an embedding model.</summary>
    public OnnxGraph Embed()
    {
        var graph = new OnnxGraph(weights);
        var inputs = Inputs(graph, hasPast: false);
        var pooled = config.MeanPooling ? Mean(graph, inputs) : Single(graph, LastHidden(graph, inputs));
        graph.Output(graph.Op("LpNormalization", [pooled], ("axis", -1L), ("p", 2L)), "embeddings", DataType.Float, "batch", config.Hidden);
        return graph;
    }

    private static AttentionInputs Inputs(OnnxGraph graph, bool hasPast)
    {
        var ids = graph.Input("input_ids", DataType.Int64, "batch", "sequence");
        var last = graph.Input("seqlens_k", DataType.Int32, "batch");
        var total = graph.Input("total_seq_len", DataType.Int32);
        var unfolded = graph.Op("Concat", [graph.Op("Shape", [ids]), graph.Integers(-1)], ("axis", 0L));
        return new AttentionInputs(ids, last, total, unfolded, hasPast);
    }

    /// <summary>Hidden states [batch, sequence, hidden].</summary>
    private string Hidden(OnnxGraph graph, AttentionInputs inputs) => graph.Op("Reshape", [layers.Add(graph, inputs), inputs.Unfolded]);

    private string LastHidden(OnnxGraph graph, AttentionInputs inputs)
    {
        var last = graph.Op("Unsqueeze", [graph.Op("Cast", [inputs.LastPositions], ("to", (long)DataType.Int64)), graph.Integers(1)]);
        return graph.Op("GatherND", [Hidden(graph, inputs), last], ("batch_dims", 1L));
    }

    private string Mean(OnnxGraph graph, AttentionInputs inputs)
    {
        var last = graph.Op("Unsqueeze", [graph.Op("Cast", [inputs.LastPositions], ("to", (long)DataType.Int64)), graph.Integers(1)]);
        var sequence = graph.Op("Gather", [graph.Op("Shape", [inputs.Ids]), graph.Integer(1)]);
        var isText = graph.Op("LessOrEqual", [graph.Op("Range", [graph.Integer(0), sequence, graph.Integer(1)]), last]);
        var kept = graph.Op("Where", [graph.Op("Unsqueeze", [isText, graph.Integers(2)]), Single(graph, Hidden(graph, inputs)), graph.Float(0)]);
        var count = graph.Op("Cast", [graph.Op("Add", [last, graph.Integer(1)])], ("to", (long)DataType.Float));

        // A product, not ReduceSum: that one adds up a single row in another order than one of several.
        var ones = graph.Op("Cast", [graph.Op("Unsqueeze", [isText, graph.Integers(1)])], ("to", (long)DataType.Float));
        return graph.Op("Div", [graph.Op("Squeeze", [graph.Op("MatMul", [ones, kept]), graph.Integers(1)]), count]);
    }

    private string Logits(OnnxGraph graph, string hidden) =>
        Single(graph, graph.Linear(hidden, weights.Has(Head) || weights.Has(Head + ".q") ? Head : layers.Embedding, config.Hidden, config.Vocabulary));

    private string Single(OnnxGraph graph, string value) =>
        weights.Compute == TensorType.Float32 ? value : graph.Op("Cast", [value], ("to", (long)DataType.Float));
}
