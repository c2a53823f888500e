using System.Diagnostics;
using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;
using Ziya.Models.Checkpoints;
using Ziya.Models.Devices;
using Ziya.Models.Export;
using Ziya.Models.Generation;
using Ziya.Models.Prompts;
using Ziya.Models.Tokenization;
using Ziya.Pipeline.Records;

namespace Ziya.Models.Doctor;

/// <summary>Opens an exported model and tries it.</summary>
internal static class RunDoctor
{
    private const int AnswerTokens = 16;

    private static readonly string[] Texts = ["北京是中华人民共和国的首都，位于华北平原的北部，是全国的政治和文化中心。", "The capital of France is Paris, a city on the river Seine in the north of the country."];

    public static IEnumerable<Finding> Run(Patient patient, DoctorOptions options) =>
        patient.Config.Task != ModelTask.Generate ? Look(patient, options) : patient.Manifest.GenAi is null ? [Answer(patient, options), Read(patient, options)] : [Answer(patient, options)];

    private static Finding Answer(Patient patient, DoctorOptions options)
    {
        var clock = Stopwatch.StartNew();
        using var model = LocalModel.Open(patient.Folder, new SchedulerOptions { Batch = 1 }, options.Device);
        var opened = clock.Elapsed;
        var ids = new TokenBuffer();
        var template = PromptTemplates.Load(options.Template ?? "plain");
        model.Tokenizer.Encode(template.Render([new Message("user", "你好！What is the capital of France?")]), ids, !template.HasBos);
        var answer = model.Scheduler.Submit(new TokenRequest(ids.Ids.ToArray(), new Sampling { Temperature = 0 }, AnswerTokens), default).GetAwaiter().GetResult();
        return answer.Fault is { } fault
            ? Finding.Fault("answer", $"{fault}", "If 'numbers' is well, export the model again in float32: float16 may be too small for its activations, bfloat16 is not.")
            : Finding.Ok("answer", $"on {model.Device}, opened in {opened.TotalSeconds:N1} s, {answer.Ids.Count} tokens in {(clock.Elapsed - opened).TotalSeconds:N1} s: {Shown(answer.Text)}");
    }

    /// <summary>A model that was trained reads plain sentences far better than chance; one with wrong weights, or another's tokenizer, does not.</summary>
    private static Finding Read(Patient patient, DoctorOptions options)
    {
        using var session = ModelSession.Open(Path.Combine(patient.Folder, ModelManifest.ScoreFile), options.Device, patient.Manifest.Compute);
        var (sum, count) = (0.0, 0);
        foreach (var text in Texts)
        {
            var ids = Ids(patient, text);
            var positions = Enumerable.Range(0, ids.Length - 1).SelectMany(at => new[] { 0L, at }).ToArray();
            using var places = OrtValue.CreateTensorValueFromMemory(positions, [ids.Length - 1, 2]);
            using var targets = OrtValue.CreateTensorValueFromMemory(ids[1..], [ids.Length - 1]);
            sum += TensorPrimitives.Sum<float>(Evaluate(session, ids, "log_probabilities", ("positions", places), ("targets", targets)));
            count += ids.Length - 1;
        }

        var perplexity = Math.Exp(-sum / count);
        return !double.IsFinite(perplexity) ? Finding.Fault("reading", $"its probabilities are no numbers.", "Export it again in float32 or bfloat16: float16 may be too small for its activations.")
            : perplexity > patient.Config.Vocabulary / 4.0
            ? Finding.Warning("reading", $"it reads plain Chinese and English at a perplexity of {perplexity:N0}, no better than chance over {patient.Config.Vocabulary:N0} tokens.", "A model of ziya models tiny does that. Any other has the wrong weights, or the tokenizer of another model.")
            : Finding.Ok("reading", $"it reads plain Chinese and English at a perplexity of {perplexity:N1}");
    }

    private static IEnumerable<Finding> Look(Patient patient, DoctorOptions options)
    {
        using var session = ModelSession.Open(Path.Combine(patient.Folder, ModelManifest.ModelFile), options.Device, patient.Manifest.Compute);
        var isReward = patient.Config.Task == ModelTask.Reward;
        var values = Texts.SelectMany(text => Evaluate(session, Ids(patient, text), isReward ? "scores" : "embeddings")).ToArray();
        yield return !values.All(float.IsFinite) ? Finding.Fault(isReward ? "score" : "embedding", $"what comes out is no number.", "Export it again in float32 or bfloat16: float16 may be too small for its activations.")
            : isReward ? Finding.Ok("score", $"on {session.Device}: {string.Join(" and ", values.Select(value => value.ToString("N3", System.Globalization.CultureInfo.InvariantCulture)))} for two samples")
            : Finding.Ok("embedding", $"on {session.Device}: {values.Length / Texts.Length:N0} numbers, two samples {TensorPrimitives.Dot(values.AsSpan(0, values.Length / 2), values.AsSpan(values.Length / 2)):N2} alike");
        foreach (var finding in isReward ? RewardDoctor.Calibrate(patient, options, session) : [])
        {
            yield return finding;
        }
    }

    private static long[] Ids(Patient patient, string text)
    {
        var ids = new TokenBuffer();
        patient.Tokenizer.Encode(text, ids, parseSpecial: false, addEnds: true);
        return [.. ids.Ids.ToArray().Take(patient.Config.Context).Select(id => (long)id)];
    }

    /// <summary>An output for one text.</summary>
    public static float[] Evaluate(ModelSession session, long[] ids, string output, params (string Name, OrtValue Value)[] more)
    {
        using var run = new RunOptions();
        using var tokens = OrtValue.CreateTensorValueFromMemory(ids, [1, ids.Length]);
        using var last = OrtValue.CreateTensorValueFromMemory(new[] { ids.Length - 1 }, [1]);
        using var total = OrtValue.CreateTensorValueFromMemory(new[] { ids.Length }, []);
        using var results = session.Session.Run(
            run, ["input_ids", "seqlens_k", "total_seq_len", .. more.Select(input => input.Name)], [tokens, last, total, .. more.Select(input => input.Value)], [output]);
        return results[0].GetTensorDataAsSpan<float>().ToArray();
    }

    private static string Shown(string text) => "'" + text.ReplaceLineEndings("⏎") + "'";
}
