using System.Text.Json;
using Ziya.Models.Devices;
using Ziya.Models.Prompts;
using Ziya.Models.Tokenization;
using Ziya.Pipeline.Records;

namespace Ziya.Models.Doctor;

/// <summary>
/// Compares a reward model with scores that are known, such as those of its card, and finds out what stands around a text: of the Ziya reward model the card does not say
/// whether that is token 1 or 2, nor whether an end token follows.
/// </summary>
internal static class RewardDoctor
{
    /// <summary>Lines {"question": ..., "answer": ..., "score": ...}.</summary>
    private const string ReferenceFile = "reward_reference.jsonl";

    // Cards give two decimals, of a model that computes in halves.
    private const double Tolerance = 0.1;

    /// <summary>The comparison; nothing where there is no file.</summary>
    public static IEnumerable<Finding> Calibrate(Patient patient, DoctorOptions options, ModelSession session)
    {
        var path = Path.Combine(patient.Folder, ReferenceFile);
        if (!File.Exists(path))
        {
            yield break;
        }

        var known = Known(patient, path, PromptTemplates.Load(options.Template ?? "ziya-reward"));
        var (start, end) = (patient.Tokenizer.Before, patient.Tokenizer.After);
        double Miss(IReadOnlyList<int> before, IReadOnlyList<int> after) => known.Average(pair =>
            Math.Abs(RunDoctor.Evaluate(session, [.. before.Concat(pair.Ids).Concat(after).Select(id => (long)id)], "scores")[0] - pair.Score));

        var miss = Miss(start, end);
        if (miss <= Tolerance)
        {
            yield return Finding.Ok("calibration", $"{known.Count} known scores are met within {miss:N3} in the mean");
            yield break;
        }

        int[][] starts = [[], [1], [2]];
        int[][] ends = [[], [2]];
        var best = starts.SelectMany(before => ends.Select(after => (Before: before, After: after, Miss: Miss(before, after)))).MinBy(way => way.Miss);
        yield return best.Miss <= Tolerance
            ? Finding.Warning("calibration", $"{known.Count} known scores are missed by {miss:N3} in the mean, and met within {best.Miss:N3} with other tokens around a text.", $"In the model's entry: start_ids: [{string.Join(", ", best.Before)}], end_ids: [{string.Join(", ", best.After)}].")
            : Finding.Fault("calibration", $"{known.Count} known scores are missed by {miss:N3} in the mean, by {best.Miss:N3} at best.", "Either the template is another, or the weights are not those the scores were computed with.");
    }

    private static List<(int[] Ids, double Score)> Known(Patient patient, string path, PromptTemplate template)
    {
        var known = new List<(int[] Ids, double Score)>();
        foreach (var (line, number) in File.ReadLines(path).Select((line, at) => (line, at + 1)).Where(pair => pair.line.Length > 0))
        {
            try
            {
                using var json = JsonDocument.Parse(line);
                var ids = new TokenBuffer();
                string Text(string name) => json.RootElement.GetProperty(name).GetString()!;
                patient.Tokenizer.Encode(template.Render([new Message("user", Text("question")), new Message("assistant", Text("answer"))]), ids, addBefore: false);
                known.Add((ids.Ids.ToArray(), json.RootElement.GetProperty("score").GetDouble()));
            }
            catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or ArgumentException)
            {
                throw new InvalidDataException($"{path}:{number}: is no line {{\"question\": …, \"answer\": …, \"score\": …}}: {exception.Message}", exception);
            }
        }

        return known.Count > 0 ? known : throw new InvalidDataException($"{path}: is empty.");
    }
}
