using Microsoft.ML.OnnxRuntime;
using Ziya.Models.Checkpoints;
using Ziya.Models.Devices;
using Ziya.Models.Export;

namespace Ziya.Models.Scoring;

/// <summary>
/// The graph of a reward model, of an embedding model, or the one by which a generating model scores text (<see cref="ModelGraph"/>): rows padded on the
/// right. Of a reward model a row gives one number, of an embedding model its vector, of a generating model the log-probability of each token from
/// <see cref="Row.From"/> on.
/// </summary>
/// <remarks>
/// A row's numbers have the same bits in any company, on the processor in float32, int4, and int8 with an accuracy level of 4. Int8 without it ONNX Runtime unpacks and multiplies in portions that
/// depend on the number of rows and threads: there, and on CUDA, they agree to about six digits.
/// </remarks>
internal sealed class OnnxRowGraph : IRowGraph
{
    private readonly ModelSession _session;
    private readonly RunOptions _run = new();
    private readonly ModelTask _task;

    private OnnxRowGraph(ModelTask task, ModelSession session) => (_task, _session) = (task, session);

    /// <summary>Opens the graph of a folder that <c>ziya models export</c> made.</summary>
    /// <exception cref="InvalidDataException">It cannot be opened, or the device is not possible.</exception>
    public static OnnxRowGraph Open(string folder, ModelManifest manifest, string device)
    {
        var file = manifest.Config.Task == ModelTask.Generate ? ModelManifest.ScoreFile : ModelManifest.ModelFile;
        return new OnnxRowGraph(manifest.Config.Task, ModelSession.Open(Path.Combine(folder, file), device, manifest.Compute));
    }

    /// <inheritdoc/>
    public float[][] Compute(IReadOnlyList<Row> rows)
    {
        var values = new List<OrtValue>();
        try
        {
            var (names, output) = Bind(rows, values);
            using var results = _session.Session.Run(_run, names, values, [output]);
            return Split(rows, results[0].GetTensorDataAsSpan<float>());
        }
        finally
        {
            values.ForEach(value => value.Dispose());
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _session.Dispose();
        _run.Dispose();
    }

    private (List<string> Names, string Output) Bind(IReadOnlyList<Row> rows, List<OrtValue> values)
    {
        // Fours, because the mean over a row is added up in fours; so never one column either, which attention computes in another order than several.
        var count = rows.Count;
        var columns = (rows.Max(row => row.Ids.Length) + 3) / 4 * 4;
        var ids = new long[count * columns];
        var last = new int[count];
        for (var row = 0; row < rows.Count; row++)
        {
            for (var i = 0; i < rows[row].Ids.Length; i++)
            {
                ids[(row * columns) + i] = rows[row].Ids[i];
            }

            last[row] = rows[row].Ids.Length - 1;
        }

        values.Add(OrtValue.CreateTensorValueFromMemory(ids, [count, columns]));
        values.Add(OrtValue.CreateTensorValueFromMemory(last, [count]));
        values.Add(OrtValue.CreateTensorValueFromMemory([columns], []));
        List<string> names = ["input_ids", "seqlens_k", "total_seq_len"];
        if (_task != ModelTask.Generate)
        {
            return (names, _task == ModelTask.Reward ? "scores" : "embeddings");
        }

        var (positions, targets) = Targets(rows);
        values.Add(OrtValue.CreateTensorValueFromMemory(positions, [targets.Length, 2]));
        values.Add(OrtValue.CreateTensorValueFromMemory(targets, [targets.Length]));
        return ([.. names, "positions", "targets"], "log_probabilities");
    }

    /// <summary>Where the logits stand that say what comes next, and what does.</summary>
    private static (long[] Positions, long[] Targets) Targets(IReadOnlyList<Row> rows)
    {
        // Never one, for the same reason.
        var count = Math.Max(2, rows.Sum(row => row.Asked));
        var positions = new long[2 * count];
        var targets = new long[count];
        var at = 0;
        for (var row = 0; row < rows.Count; row++)
        {
            var (ids, choices) = (rows[row].Ids, rows[row].Choices);
            for (var i = 0; i < rows[row].Asked; i++, at++)
            {
                var place = choices is null ? rows[row].From + i : ids.Length - 1;
                positions[2 * at] = row;
                positions[(2 * at) + 1] = place - 1;
                targets[at] = choices is null ? ids[place] : choices[i];
            }
        }

        return (positions, targets);
    }

    private float[][] Split(IReadOnlyList<Row> rows, ReadOnlySpan<float> numbers)
    {
        var results = new float[rows.Count][];
        var width = _task == ModelTask.Generate ? 0 : numbers.Length / rows.Count;
        var at = 0;
        for (var row = 0; row < rows.Count; row++)
        {
            var count = _task == ModelTask.Generate ? rows[row].Asked : width;
            results[row] = numbers.Slice(at, count).ToArray();
            at += count;
        }

        return results;
    }
}
