using Ziya.Models.Checkpoints;
using Ziya.Models.Export;
using Ziya.Models.Tiny;

namespace Ziya.Models.Doctor;

/// <summary>Whether weights are there, whole, merged and numbers.</summary>
internal static class WeightDoctor
{
    private const int ChunkBytes = 1 << 22;

    public static IEnumerable<Finding> Weights(Patient patient) => patient.IsExported ? Exported(patient) : Published(patient);

    /// <summary>A difference that was not added to its base has norms near 0 and answers noise.</summary>
    public static IEnumerable<Finding> NormWeights(Patient patient)
    {
        var mean = Norms.Mean(patient.Weights);
        yield return mean is null ? Finding.Warning("norms", $"there are none: whether it is a whole model cannot be told.")
            : mean < Norms.UnmergedBelow ? Finding.Fault(
                "norms", $"{mean:G3} in the mean, where a whole model has about 1: it is a difference to another model, and was not merged.",
                "ziya models merge-delta --base BASE --delta DIR --out MERGED, with the model it is a difference to (LLaMA-13B for Ziya-LLaMA-13B-v1), then export MERGED.")
            : Finding.Ok("norms", $"{mean:G3} in the mean: a whole model, not a difference");
    }

    /// <summary>Searches for NaN and infinity, in pieces spread evenly over each tensor where not all may be read.</summary>
    public static IEnumerable<Finding> Numbers(Patient patient, int? scanMb)
    {
        var weights = patient.Weights.Where(tensor => tensor.Type.IsWeight()).ToList();
        var total = weights.Sum(tensor => tensor.Bytes);
        var share = scanMb is { } limit ? Math.Min(1, limit * 1e6 / Math.Max(1, total)) : 1;
        var bad = new List<string>();
        var read = 0L;
        foreach (var tensor in weights)
        {
            using var view = new TensorView(tensor);
            var found = 0L;
            var pieces = (tensor.Bytes + ChunkBytes - 1) / ChunkBytes;
            var step = Math.Max(1, (long)(1 / share));
            for (var piece = 0L; piece < pieces; piece += step)
            {
                var count = (int)Math.Min(ChunkBytes, tensor.Bytes - (piece * ChunkBytes));
                found += TensorElements.CountNotFinite(tensor.Type, view.Bytes(piece * ChunkBytes, count));
                read += count;
            }

            if (found > 0)
            {
                bad.Add(FormattableString.Invariant($"{tensor.Name} ({found:N0})"));
            }
        }

        yield return bad.Count > 0
            ? Finding.Fault("numbers", $"{bad.Count:N0} tensors have values that are infinite or no numbers: {string.Join(", ", bad.Take(3))}{(bad.Count > 3 ? ", …" : "")}.", "Download the weights again, and compare their checksums.")
            : Finding.Ok("numbers", $"no NaN and no infinity in {read / 1e6:N1} MB of weights{(read < total ? FormattableString.Invariant($" of {total / 1e6:N1} MB, spread over all tensors; --all reads all of them") : "")}");
    }

    private static IEnumerable<Finding> Exported(Patient patient)
    {
        var files = new HashSet<string>(StringComparer.Ordinal);
        foreach (var path in patient.Graphs.Select(graph => Path.Combine(patient.Folder, graph)))
        {
            files.Add(path);
            files.UnionWith(GraphWeights.Locate(path, GraphWeights.ReadGraph(path)).Select(tensor => tensor.File));
        }

        yield return Finding.Ok("weights", $"{string.Join(", ", files.Select(Path.GetFileName))}: {files.Sum(file => new FileInfo(file).Length) / 1e6:N1} MB, whole");
    }

    private static IEnumerable<Finding> Published(Patient patient)
    {
        var checkpoint = patient.Checkpoint;
        var types = string.Join(", ", checkpoint.Tensors.Values.Select(tensor => tensor.Type).Distinct());
        yield return Finding.Ok("weights", $"{checkpoint.Tensors.Count:N0} tensors in {checkpoint.Files.Count:N0} {(checkpoint.Files.Count == 1 ? "file" : "files")}, {checkpoint.Bytes / 1e6:N1} MB, {types}");
        var wrong = TinyModel.Tensors(patient.Config, TensorType.Float32)
            .Select(spec => !checkpoint.Tensors.TryGetValue(spec.Name, out var tensor) ? $"{spec.Name} is missing"
                : !tensor.Shape.SequenceEqual(spec.Shape) ? $"{tensor} should be [{CheckpointTensor.ShapeText(spec.Shape)}]" : null)
            .OfType<string>().ToList();
        if (wrong.Count > 0)
        {
            yield return Finding.Fault("weights", $"{wrong.Count:N0} tensors are not as config.json has them: {string.Join("; ", wrong.Take(3))}{(wrong.Count > 3 ? "; …" : "")}.", "Look whether all shards are of one download, and config.json of the same model.");
        }
    }
}
