using Ziya.Models.Checkpoints;

namespace Ziya.Models.Doctor;

/// <summary>
/// Examines a model's folder, published or exported: whether it is whole, whether its parts belong together, whether it fits this machine, and, of an exported one, whether it
/// answers. A check that fails does not keep the others from being made.
/// </summary>
public static class ModelDoctor
{
    /// <summary>Makes the checks, one after the other as the findings are taken.</summary>
    public static IEnumerable<Finding> Examine(string folder, DoctorOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!Directory.Exists(folder))
        {
            return [Finding.Fault("folder", $"{folder} does not exist.")];
        }

        var patient = new Patient(folder);
        (string Subject, Func<IEnumerable<Finding>> Check)[] checks =
        [
            ("model", () => Kind(patient)),
            ("weights", () => WeightDoctor.Weights(patient)),
            ("norms", () => WeightDoctor.NormWeights(patient)),
            ("numbers", () => WeightDoctor.Numbers(patient, options.ScanMb)),
            ("vocabulary", () => TokenizerDoctor.Vocabulary(patient)),
            ("special tokens", () => TokenizerDoctor.Specials(patient)),
            ("tokenizer", () => TokenizerDoctor.Texts(patient)),
            ("template", () => TemplateDoctor.Templates(patient, options.Template)),
            ("device", () => FitDoctor.Computing(patient, options.Device)),
            ("room", () => FitDoctor.Room(patient)),
        ];
        return Make(checks, patient, options);
    }

    private static IEnumerable<Finding> Make((string Subject, Func<IEnumerable<Finding>> Check)[] checks, Patient patient, DoctorOptions options)
    {
        // What one part lacks is found by all checks that need the part, and told once.
        var told = new HashSet<string>(StringComparer.Ordinal);
        var isOpenable = true;
        foreach (var finding in checks.SelectMany(check => Guard(check.Subject, check.Check)).Where(finding => finding.Health == Health.Ok || told.Add(finding.Text)))
        {
            isOpenable &= finding.Health == Health.Ok || !(finding.Subject == "memory" || (finding.Health == Health.Fault && finding.Subject is "model" or "weights" or "vocabulary" or "tokenizer" or "device"));
            yield return finding;
        }

        if (options.Runs && patient.IsExported)
        {
            foreach (var finding in isOpenable ? Guard("run", () => RunDoctor.Run(patient, options)) : [Finding.Warning("run", $"not tried, for the reasons above.")])
            {
                yield return finding;
            }
        }
    }

    private static IEnumerable<Finding> Kind(Patient patient)
    {
        var config = patient.Config;
        if (!patient.IsExported)
        {
            yield return Finding.Ok("model", $"{config.Family} {config.Task}, {config.Layers} layers of {config.Hidden}; published: to be exported with ziya models export");
        }
        else
        {
            var family = patient.Manifest.GenAi is { } genAi ? $"{genAi.Type} of ONNX Runtime GenAI's builder" : config.Family.ToString();
            yield return Finding.Ok("model", $"{family} {config.Task}, {config.Layers} layers of {config.Hidden}; exported, {patient.Manifest.Weights}, computing in {patient.Manifest.Compute}");
        }

        var positions = patient.IsExported && patient.Manifest.GenAi is not null ? ""
            : config.Family == ModelFamily.GptBigCode ? ", learned"
            : FormattableString.Invariant($", rotary with base {config.RopeTheta}{(config.Rope.Type == "default" ? "" : FormattableString.Invariant($", stretched {config.Rope.Factor} times ({config.Rope.Type})"))}");
        yield return Finding.Ok("context", $"{config.Context:N0} positions{positions}");
    }

    private static List<Finding> Guard(string subject, Func<IEnumerable<Finding>> check)
    {
        var findings = new List<Finding>();
        try
        {
            findings.AddRange(check());
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException or OutOfMemoryException or Microsoft.ML.OnnxRuntime.OnnxRuntimeException)
        {
            findings.Add(new Finding(Health.Fault, subject, exception.Message));
        }

        return findings;
    }
}
