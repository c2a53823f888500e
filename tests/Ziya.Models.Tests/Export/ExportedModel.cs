using Microsoft.ML.OnnxRuntime;
using Ziya.Models.Checkpoints;
using Ziya.Models.Export;
using Ziya.Models.Tiny;

namespace Ziya.Models.Tests.Export;

/// <summary>A small random model, exported and opened, beside its reference.</summary>
internal sealed class ExportedModel : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ziya-export-");
    private readonly RunOptions _run = new();
    private readonly Dictionary<string, InferenceSession> _sessions = [];

    public ExportedModel(TinyOptions tiny, ExportOptions? options = null, Action<string>? edit = null)
    {
        TinyModel.Write(Source, tiny);
        edit?.Invoke(Source);
        Manifest = ModelExport.Run(Source, Target, options ?? new ExportOptions());
        Checkpoint = Checkpoint.Open(Source);
        Reference = new ReferenceModel(Manifest.Config, Checkpoint);
    }

    public string Source => Path.Combine(_folder.FullName, "source");

    public string Target => Path.Combine(_folder.FullName, "target");

    public Checkpoint Checkpoint { get; }

    public ModelManifest Manifest { get; }

    public ReferenceModel Reference { get; }

    public static int[] Tokens(int seed, int count, int vocabulary = 300)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(vocabulary))];
    }

    public void Dispose()
    {
        _sessions.Values.ToList().ForEach(session => session.Dispose());
        _run.Dispose();
        _folder.Delete(recursive: true);
    }

    /// <summary>Keys and values of so many rows and positions, all of them NaN.</summary>
    public T[][] NewCaches<T>(int rows, int positions, T fill)
    {
        var config = Manifest.Config;
        return [.. Enumerable.Range(0, 2 * config.Layers).Select(_ =>
        {
            var cache = new T[rows * config.KvHeads * positions * config.HeadSize];
            Array.Fill(cache, fill);
            return cache;
        })];
    }

    /// <summary>One step: new tokens of each row behind so many old ones, keys and values in place. Gives each row's logits.</summary>
    public float[][] Step<T>(int[][] rows, int[] before, T[][] caches, int positions)
        where T : unmanaged
    {
        var sequence = rows.Max(row => row.Length);
        var config = Manifest.Config;
        using var values = new Disposables();
        var inputs = Inputs(values, rows, sequence, before);
        inputs.Add(("last_index", values.Add(OrtValue.CreateTensorValueFromMemory(rows.Select(row => row.Length - 1L).ToArray(), [rows.Length]))));
        var outputs = new List<(string Name, OrtValue Value)>();
        for (var i = 0; i < caches.Length; i++)
        {
            var cache = values.Add(OrtValue.CreateTensorValueFromMemory(caches[i], [rows.Length, config.KvHeads, positions, config.HeadSize]));
            var name = $"{i / 2}.{(i % 2 == 0 ? "key" : "value")}";
            inputs.Add(("past_key_values." + name, cache));
            outputs.Add(("present." + name, cache));
        }

        var logits = new float[rows.Length * config.Vocabulary];
        outputs.Add(("logits", values.Add(OrtValue.CreateTensorValueFromMemory(logits, [rows.Length, config.Vocabulary]))));
        Session(ModelManifest.ModelFile).Run(_run, [.. inputs.Select(pair => pair.Name)], [.. inputs.Select(pair => pair.Value)], [.. outputs.Select(pair => pair.Name)], [.. outputs.Select(pair => pair.Value)]);
        return [.. logits.Chunk(config.Vocabulary)];
    }

    /// <summary>One output of the graph without past.</summary>
    public float[] Run(string file, int[][] rows, string output, params (string Name, long[] Values, long[] Shape)[] more)
    {
        using var values = new Disposables();
        var inputs = Inputs(values, rows, rows.Max(row => row.Length), new int[rows.Length]);
        inputs.AddRange(more.Select(input => (input.Name, values.Add(OrtValue.CreateTensorValueFromMemory(input.Values, input.Shape)))));
        using var results = Session(file).Run(_run, [.. inputs.Select(pair => pair.Name)], [.. inputs.Select(pair => pair.Value)], [output]);
        return results[0].GetTensorDataAsSpan<float>().ToArray();
    }

    private InferenceSession Session(string file)
    {
        if (!_sessions.TryGetValue(file, out var session))
        {
            using var options = new SessionOptions { IntraOpNumThreads = 1 };
            _sessions.Add(file, session = new InferenceSession(Path.Combine(Target, file), options));
        }

        return session;
    }

    private static List<(string Name, OrtValue Value)> Inputs(Disposables values, int[][] rows, int sequence, int[] before)
    {
        var ids = rows.SelectMany(row => row.Select(id => (long)id).Concat(Enumerable.Repeat(7L, sequence - row.Length))).ToArray();
        var last = rows.Select((row, i) => before[i] + row.Length - 1).ToArray();
        return [
            ("input_ids", values.Add(OrtValue.CreateTensorValueFromMemory(ids, [rows.Length, sequence]))),
            ("seqlens_k", values.Add(OrtValue.CreateTensorValueFromMemory(last, [rows.Length]))),
            ("total_seq_len", values.Add(OrtValue.CreateTensorValueFromMemory([last.Max() + 1], []))),
        ];
    }

    private sealed class Disposables : IDisposable
    {
        private readonly List<OrtValue> _values = [];

        public OrtValue Add(OrtValue value)
        {
            _values.Add(value);
            return value;
        }

        public void Dispose() => _values.ForEach(value => value.Dispose());
    }
}
