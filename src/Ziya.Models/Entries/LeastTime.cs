using Ziya.Models.Checkpoints;
using Ziya.Models.Export;

namespace Ziya.Models.Entries;

/// <summary>
/// How long a device needs for tokens, if it did nothing but read the weights and multiply by them: two operations a weight and token for prompts, whose tokens are computed together; for each token
/// of an answer the longer of that and of reading all weights once for the whole batch. Attention, keys and values are left out.
/// </summary>
internal static class LeastTime
{
    /// <summary>Seconds.</summary>
    public static double Seconds(ModelManifest manifest, int batch, double bytesPerSecond, double operationsPerSecond, double promptTokens, double completionTokens)
    {
        var weights = Weights(manifest.Config);
        var computing = 2 * weights / operationsPerSecond;
        var reading = weights * BytesOf(manifest.Weights) / bytesPerSecond / batch;
        return (promptTokens * computing) + (completionTokens * Math.Max(computing, reading));
    }

    /// <summary>Weights that a token is multiplied by: those of the layers, and of the head where one is.</summary>
    internal static double Weights(ModelConfig config)
    {
        double width = config.Hidden;
        var attention = width * config.HeadSize * ((2.0 * config.Heads) + (2.0 * config.KvHeads));
        var inside = width * config.Intermediate * (config.Family == ModelFamily.Llama ? 3 : 2);
        return (config.Layers * (attention + inside)) + (config.Task == ModelTask.Generate ? width * config.Vocabulary : 0);
    }

    // Blocks of 32 have a scale of float32 and, of int4, zero points.
    private static double BytesOf(Precision type) => type switch { Precision.Float32 => 4, Precision.Int8 => 9.25 / 8, Precision.Int4 => 5.13 / 8, _ => 2 };
}
