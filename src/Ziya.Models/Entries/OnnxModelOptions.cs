using System.ComponentModel.DataAnnotations;
using Ziya.Models.Checkpoints;
using Ziya.Models.Devices;
using Ziya.Models.Export;
using Ziya.Models.Generation;
using Ziya.Models.Prompts;
using Ziya.Models.Recordings;
using Ziya.Models.Scoring;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Storage;

namespace Ziya.Models.Entries;

/// <summary>A model on this machine, in a folder that <c>ziya models export</c> made, or the model builder of ONNX Runtime GenAI: <c>genai_config.json</c> tells such a one.</summary>
[Model("onnx")]
public sealed record OnnxModelOptions : RecordableModelOptions, IModelWithTokenizer
{
    private const string PlainTemplate = "plain";

    /// <summary>The folder.</summary>
    public required string Onnx { get; init; }

    /// <summary>
    /// How the model wants a conversation written: the name of a template that comes along, such as <c>ziya2</c>, or a file of one. Default plain, the text itself; of a reward model
    /// ziya-reward.
    /// </summary>
    public string? Template { get; init; }

    /// <summary>Where it computes: <c>cpu</c>; <c>cuda</c>, or <c>cuda:1</c> for the second device; <c>auto</c> (default), which is CUDA where that works and the model is of float16 or bfloat16, the CPU otherwise.</summary>
    [RegularExpression(Devices.Device.Pattern)]
    public string Device { get; init; } = "auto";

    /// <summary>Most sequences written at once. Default 16.</summary>
    [Range(1, 1024)]
    public int Batch { get; init; } = 16;

    /// <summary>Megabytes for keys and values. Default 1024.</summary>
    [Range(1, 1048576)]
    public int CacheMb { get; init; } = 1024;

    /// <summary>Most tokens of one call where texts are scored or embedded, padding included. Default 4096.</summary>
    [Range(1, 1 << 20)]
    public int BatchTokens { get; init; } = 4096;

    /// <summary>
    /// Most tokens of a text that a model is shown at once where it scores or embeds. Of a longer one a reward or embedding model sees the beginning; its perplexity goes in several
    /// windows. Default 1024, as the card of Ziya's reward model has it, or the model's context where that is less.
    /// Where an answer is scored behind a conversation, as for `difficulty` and ratings, the model's context.
    /// </summary>
    [Range(8, 1 << 20)]
    public int? Window { get; init; }

    /// <summary>Tokens that a window of a text whose perplexity is computed shares with the one before it. Default a quarter of the window.</summary>
    [Range(0, 1 << 20)]
    public int? Overlap { get; init; }

    /// <summary>Ids in front of a text that is scored or embedded. Default: as the model's tokenizer has it; that of Ziya's reward model begins with 2.</summary>
    public IReadOnlyList<int>? StartIds { get; init; }

    /// <summary>Ids behind a text that is scored as a whole or embedded. Default: as the model's tokenizer has it; that of Ziya's reward model ends with 2.</summary>
    public IReadOnlyList<int>? EndIds { get; init; }

    /// <summary>Gigabytes that the device reads from its memory a second, for `ziya plan --cost`. Default: 1000 for CUDA, 20 for a processor.</summary>
    [Range(0.1, 1e6)]
    public double? GbPerSecond { get; init; }

    /// <summary>Multiplications and additions that it does a second, in 10^12, for `ziya plan --cost`. Default: 100 for CUDA, 0.1 for a processor.</summary>
    [Range(0.001, 1e6)]
    public double? Tflops { get; init; }

    /// <inheritdoc/>
    public override bool NeedsAccelerator => Device.StartsWith("cuda", StringComparison.Ordinal) && Replay is null;

    private ScoringOptions Scoring => new() { Device = Device, BatchTokens = BatchTokens, Window = Window, Overlap = Overlap, StartIds = StartIds, EndIds = EndIds };

    /// <inheritdoc/>
    protected override IEnumerable<string> CheckModel() =>
    [
        .. Fault(() => Checked(ModelManifest.Load(Onnx))),
        .. Fault(() => PromptTemplates.Load(Template ?? PlainTemplate)),
    ];

    /// <inheritdoc/>
    public override string Title => Path.GetFileName(Path.TrimEndingDirectorySeparator(Onnx));

    /// <inheritdoc/>
    public override string? LicenseOf() => License ?? KnownLicense.Of(Title) ?? KnownLicense.Of(Template);

    /// <inheritdoc/>
    protected override bool ModelServes(Type use)
    {
        if (use == typeof(IModelWithTokenizer))
        {
            return true;
        }

        try
        {
            // Graphs of ONNX Runtime GenAI's builder generate, and have none beside them to score text with.
            var manifest = ModelManifest.Load(Onnx);
            return manifest.GenAi is null ? LocalUse.Serves(manifest.Config.Task, use) : use == typeof(IGenerator);
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            // What is wrong with the folder is told by Check.
            return Enum.GetValues<ModelTask>().Any(task => LocalUse.Serves(task, use));
        }
    }

    /// <inheritdoc/>
    protected override RecordableModelOptions DecidingOptions() => this with { Device = "auto", Batch = 16, CacheMb = 1024, BatchTokens = 4096, GbPerSecond = null, Tflops = null };

    /// <inheritdoc/>
    protected override DeviceTime? ModelTime(double promptTokens, double completionTokens)
    {
        try
        {
            var manifest = ModelManifest.Load(Onnx);
            var device = Devices.Device.Choose(Device, manifest.Compute, CudaInstallation.Here);
            var (bytes, operations) = device.Cuda is not null ? (GbPerSecond ?? 1000, Tflops ?? 100) : (GbPerSecond ?? 20, Tflops ?? 0.1);
            return new DeviceTime(LeastTime.Seconds(manifest, Batch, bytes * 1e9, operations * 1e12, promptTokens, completionTokens), device.ToString());
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Names, lengths and contents of the files, of weights of gigabytes stretches only.</summary>
    protected override string ModelVersion()
    {
        var files = new DirectoryInfo(Onnx) is { Exists: true } folder ? folder.EnumerateFiles() : [];
        return FileVersions.OfModel(files.OrderBy(file => file.Name, StringComparer.Ordinal).Append(new FileInfo(Template ?? PlainTemplate)));
    }

    /// <inheritdoc/>
    public string TokenizerFolder() => Onnx;

    /// <inheritdoc/>
    protected override object OpenModel(ModelContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return LocalUse.Open(context, Onnx, Template, new SchedulerOptions { Batch = Batch, CacheMb = CacheMb }, Scoring);
    }

    /// <summary>The message of what fails to load; nothing where it loads.</summary>
    internal static IEnumerable<string> Fault(Action load)
    {
        try
        {
            load();
            return [];
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return [exception.Message];
        }
    }

    private void Checked(ModelManifest manifest)
    {
        Devices.Device.Choose(Device, manifest.Compute, CudaInstallation.Here);
        if (ScoringModel.Fault(Scoring, manifest.Config) is { } fault)
        {
            throw new InvalidDataException(fault);
        }
    }
}
