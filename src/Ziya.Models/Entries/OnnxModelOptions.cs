using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Ziya.Models.Checkpoints;
using Ziya.Models.Completions;
using Ziya.Models.Devices;
using Ziya.Models.Export;
using Ziya.Models.Generation;
using Ziya.Models.Prompts;
using Ziya.Pipeline.Jobs;

namespace Ziya.Models.Entries;

/// <summary>A model on this machine, in a folder that <c>ziya models export</c> made.</summary>
[Model("onnx")]
public sealed record OnnxModelOptions : ModelOptions, IModelWithTokenizer
{
    /// <summary>The folder.</summary>
    public required string Onnx { get; init; }

    /// <summary>How the model wants a conversation written: the name of a template that comes along, such as <c>ziya2</c>, or a file of one. Default plain, the text itself.</summary>
    public string Template { get; init; } = "plain";

    /// <summary>Where it computes: <c>cpu</c>; <c>cuda</c>, or <c>cuda:1</c> for the second device; <c>auto</c> (default), which is CUDA where that works and the model is of float16 or bfloat16, the CPU otherwise.</summary>
    [RegularExpression(Devices.Device.Pattern)]
    public string Device { get; init; } = "auto";

    /// <summary>Most sequences at once. Default 16.</summary>
    [Range(1, 1024)]
    public int Batch { get; init; } = 16;

    /// <summary>Megabytes for keys and values. Default 1024.</summary>
    [Range(1, 1048576)]
    public int CacheMb { get; init; } = 1024;

    /// <inheritdoc/>
    public override IEnumerable<string> Check() =>
    [
        .. Fault(() => Devices.Device.Choose(Device, ModelManifest.Load(Onnx).Compute, CudaInstallation.Here)),
        .. Fault(() => PromptTemplates.Load(Template)),
    ];

    /// <inheritdoc/>
    public override bool Serves(Type use) =>
        use == typeof(IModelWithTokenizer) || (use == typeof(IGenerator) && (!File.Exists(Path.Combine(Onnx, ModelManifest.FileName)) || ModelManifest.Load(Onnx).Config.Task == ModelTask.Generate));

    /// <inheritdoc/>
    public override ModelOptions Deciding() => new OnnxModelOptions { Onnx = Onnx, Template = Template };

    /// <summary>Names, lengths and times of the files: weights of gigabytes are not read for it.</summary>
    public override string Version()
    {
        var files = new DirectoryInfo(Onnx) is { Exists: true } folder ? folder.EnumerateFiles() : [];
        var template = new FileInfo(Template);
        return string.Concat(files.OrderBy(file => file.Name, StringComparer.Ordinal).Concat(template.Exists ? [template] : [])
            .Select(file => string.Create(CultureInfo.InvariantCulture, $"{file.Name}|{file.Length}|{file.LastWriteTimeUtc.Ticks}\n")));
    }

    /// <inheritdoc/>
    public string TokenizerFolder() => Onnx;

    /// <inheritdoc/>
    public override object Open(ModelContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return Open(context, Onnx, PromptTemplates.Load(Template), new SchedulerOptions { Batch = Batch, CacheMb = CacheMb }, Device);
    }

    /// <summary>A model with the answers that the run has of it.</summary>
    internal static CachedGenerator Open(ModelContext context, string folder, PromptTemplate template, SchedulerOptions options, string device = "auto")
    {
        // Several batches in hand, so that prompts with a common beginning meet.
        const int Batches = 4;
        var model = new LocalGenerator(context.Name, LocalModel.Open(folder, options, device), template, options.Batch * Batches);
        return new CachedGenerator(model, context.Identity, new CompletionCache(context.Store, context.Folder));
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
}
