using System.Numerics.Tensors;
using Ziya.Models.Export;

namespace Ziya.Models.Checkpoints;

/// <summary>
/// Makes the whole model of a published difference and the model it was made from, as Ziya-LLaMA-13B-v1 needs it
/// (fengshen/utils/apply_delta.py and make_delta.py of IDEA-CCNL/Fengshenbang-LM).
/// 1. Base and difference are taken as float16.
/// 2. What is named embed_tokens, lm_head.weight or self_attn.rotary_emb.inv_freq is the difference's own: it was stored whole, since the vocabulary grew.
/// 3. All else is difference + base, rounded to float16.
/// 4. Configuration and tokenizer are the difference's.
/// Weights pass through a few megabytes of memory; the result is safetensors.
/// </summary>
/// <remarks>
/// Before: every tensor of the difference must be in the base with its shape; norms tell a base (about 1) from a difference (about 0), so that neither two
/// wholes nor two differences are added. After: nothing may be infinite or NaN, and the norms must be a whole model's.
/// Subtracting and adding in float16 does not give back the very bits of the model that was published as a difference.
/// </remarks>
public static class DeltaMerge
{
    private const int ChunkElements = 1 << 20;

    private static readonly string[] Whole = ["embed_tokens", "lm_head.weight", "self_attn.rotary_emb.inv_freq"];

    /// <summary>Merges into a new folder; gives the number of tensors added and taken whole.</summary>
    /// <exception cref="InvalidDataException">The two do not belong together, or the result is no model.</exception>
    public static (int Added, int Taken) Run(string baseFolder, string deltaFolder, string target, long shardBytes = SafetensorsFolder.DefaultShardBytes)
    {
        var (old, delta) = (Checkpoint.Open(baseFolder), Checkpoint.Open(deltaFolder));
        NewFolder.Check(target);
        CheckNames(old, delta);
        CheckNorms(old, delta);
        var specs = delta.Tensors.Values.Select(tensor => new TensorSpec(tensor.Name, TensorType.Float16, tensor.Shape)).ToList();
        NewFolder.Write(target, folder =>
        {
            SafetensorsFolder.Write(folder, specs, (spec, writer) => Merge(old, delta, spec, writer), shardBytes);
            ModelExport.Copy(deltaFolder, folder);
            if (MeanNorm(Checkpoint.Open(folder)) < 0.3 * MeanNorm(old))
            {
                throw new InvalidDataException($"{deltaFolder}: what came out has norms near 0: it is not a difference to {baseFolder}.");
            }
        });
        var taken = specs.Count(spec => IsWhole(spec.Name));
        return (specs.Count - taken, taken);
    }

    /// <summary>Whether the norms of a checkpoint are so near to 0 that it is a difference that was not merged.</summary>
    internal static bool LooksUnmerged(Checkpoint checkpoint) => MeanNorm(checkpoint) < Norms.UnmergedBelow;

    private static bool IsWhole(string name) => Whole.Any(part => name.Contains(part, StringComparison.Ordinal));

    private static void CheckNames(Checkpoint old, Checkpoint delta)
    {
        var wrong = delta.Tensors.Values.FirstOrDefault(tensor => !tensor.Type.IsWeight());
        if (wrong is not null)
        {
            throw new InvalidDataException($"{wrong.File}: {wrong} is not of float32, float16 or bfloat16.");
        }

        var added = delta.Tensors.Values.Where(tensor => !IsWhole(tensor.Name)).ToList();
        var missing = added.Where(tensor => !old.Tensors.ContainsKey(tensor.Name)).Select(tensor => tensor.Name).ToList();
        if (missing.Count > 0 || added.Count == 0)
        {
            throw new InvalidDataException($"{old.Folder}: is not the base of {delta.Folder}: {missing.Count} of its tensors are missing{(missing.Count > 0 ? $", {missing[0]} first" : "")}.");
        }

        foreach (var (tensor, its) in added.Select(tensor => (tensor, old[tensor.Name])))
        {
            if (!its.Shape.SequenceEqual(tensor.Shape) || !its.Type.IsWeight())
            {
                throw new InvalidDataException($"{old.Folder}: is not the base of {delta.Folder}: it has {its}, the difference has {tensor}.");
            }
        }
    }

    private static void CheckNorms(Checkpoint old, Checkpoint delta)
    {
        var (its, difference) = (MeanNorm(old), MeanNorm(delta));
        if (LooksUnmerged(old))
        {
            throw new InvalidDataException($"{old.Folder}: its norms are near 0 ({its:G3} in the mean): it is a difference itself, not a base.");
        }

        if (difference > 0.5 * its)
        {
            throw new InvalidDataException($"{delta.Folder}: its norms are those of a whole model ({difference:G3} in the mean, the base's are {its:G3}): it is not a difference, or merged already.");
        }
    }

    private static double MeanNorm(Checkpoint checkpoint) =>
        Norms.Mean(checkpoint.Tensors.Values) ?? throw new InvalidDataException($"{checkpoint.Folder}: has no norms: it is no LLaMA.");

    private static void Merge(Checkpoint old, Checkpoint delta, TensorSpec spec, SafetensorsWriter writer)
    {
        using var difference = delta.View(spec.Name);
        using var addend = IsWhole(spec.Name) ? null : old.View(spec.Name);
        var count = difference.Tensor.Count;
        var (sum, other) = (new float[Math.Min(count, ChunkElements)], new float[Math.Min(count, ChunkElements)]);
        var bytes = new byte[2 * sum.Length];
        for (long at = 0; at < count; at += sum.Length)
        {
            var length = (int)Math.Min(sum.Length, count - at);
            var to = sum.AsSpan(0, length);
            var from = other.AsSpan(0, length);
            var half = bytes.AsSpan(0, 2 * length);
            ReadAsHalf(difference, at, to, half);
            if (addend is not null)
            {
                ReadAsHalf(addend, at, from, half);
                // A sum of two halves is exact enough in single precision to be rounded once: 24 bits are 2 * 11 + 2.
                TensorPrimitives.Add(to, from, to);
            }

            TensorElements.FromFloats(TensorType.Float16, to, half);
            CheckFinite(spec, half);
            writer.Write(half);
        }
    }

    private static void ReadAsHalf(TensorView view, long at, Span<float> floats, Span<byte> half)
    {
        view.Read(at, floats);
        if (view.Tensor.Type != TensorType.Float16)
        {
            TensorElements.FromFloats(TensorType.Float16, floats, half);
            TensorElements.ToFloats(TensorType.Float16, half, floats);
        }
    }

    private static void CheckFinite(TensorSpec spec, ReadOnlySpan<byte> half)
    {
        if (TensorElements.CountNotFinite(TensorType.Float16, half) > 0)
        {
            throw new InvalidDataException($"{spec.Name}: has values that are infinite or no numbers in float16: a download is damaged, or the two do not belong together.");
        }
    }
}
