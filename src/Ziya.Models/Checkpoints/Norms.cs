using System.Numerics.Tensors;

namespace Ziya.Models.Checkpoints;

/// <summary>The weights of norms, by which a model is known from a difference between two.</summary>
internal static class Norms
{
    /// <summary>Below this mean magnitude a checkpoint is a difference: a model's norms are about 1.</summary>
    public const double UnmergedBelow = 0.05;

    /// <summary>Their mean magnitude; null where there are none.</summary>
    public static double? Mean(IEnumerable<CheckpointTensor> tensors)
    {
        double sum = 0;
        long count = 0;
        foreach (var tensor in tensors.Where(tensor => tensor.Type.IsWeight() && IsNorm(tensor.Name)))
        {
            using var view = new TensorView(tensor);
            var floats = new float[tensor.Count];
            view.Read(0, floats);
            sum += TensorPrimitives.SumOfMagnitudes<float>(floats);
            count += floats.Length;
        }

        return count == 0 ? null : sum / count;
    }

    private static bool IsNorm(string name) => name.EndsWith("norm.weight", StringComparison.Ordinal) || (name.Contains(".ln_", StringComparison.Ordinal) && name.EndsWith(".weight", StringComparison.Ordinal));
}
