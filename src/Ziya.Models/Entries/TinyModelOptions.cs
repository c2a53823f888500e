using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Ziya.Models.Checkpoints;
using Ziya.Models.Export;
using Ziya.Models.Generation;
using Ziya.Models.Prompts;
using Ziya.Models.Recordings;
using Ziya.Models.Scoring;
using Ziya.Models.Tiny;
using Ziya.Pipeline.Jobs;

namespace Ziya.Models.Entries;

/// <summary>
/// A small model of random weights, made on first use below <c>models/</c>: with it a job can be tried before there are real weights. It has learned
/// nothing: its text is noise.
/// </summary>
[Model("tiny")]
public sealed record TinyModelOptions : RecordableModelOptions, IModelWithTokenizer
{
    /// <summary>Its kind: <c>llama</c>, <c>gptbigcode</c>, <c>reward</c> or <c>embedding</c>.</summary>
    [RegularExpression("llama|gptbigcode|reward|embedding")]
    public required string Tiny { get; init; }

    /// <summary>What its weights are drawn by: another number, another model. Default 42.</summary>
    [Range(0, int.MaxValue)]
    public int Seed { get; init; } = 42;

    /// <summary>As with <c>onnx</c>.</summary>
    public string? Template { get; init; }

    private TinyFamily Family => Enum.Parse<TinyFamily>(Tiny, ignoreCase: true);

    /// <inheritdoc/>
    protected override IEnumerable<string> CheckModel() => OnnxModelOptions.Fault(() => PromptTemplates.Load(Template ?? "plain"));

    /// <inheritdoc/>
    public override string Title => $"tiny {Tiny}, random weights";

    /// <inheritdoc/>
    protected override bool ModelServes(Type use) => use == typeof(IModelWithTokenizer)
        || LocalUse.Serves(Family switch { TinyFamily.Reward => ModelTask.Reward, TinyFamily.Embedding => ModelTask.Embed, _ => ModelTask.Generate }, use);

    /// <inheritdoc/>
    protected override object OpenModel(ModelContext context) => LocalUse.Open(context, TokenizerFolder(), Template, new SchedulerOptions(), new ScoringOptions());

    /// <inheritdoc/>
    public string TokenizerFolder()
    {
        var folder = string.Create(CultureInfo.InvariantCulture, $"models/tiny-{Tiny}-{Seed}");
        if (!Directory.Exists(folder))
        {
            Make(folder);
        }

        return folder;
    }

    // Another process may be making the same one: each works in a folder of its own, and the first to end has made it.
    private void Make(string folder)
    {
        var work = $"{folder}-{Guid.NewGuid():N}";
        try
        {
            TinyModel.Write(Path.Combine(work, "published"), new TinyOptions { Family = Family, Seed = Seed });
            ModelExport.Run(Path.Combine(work, "published"), Path.Combine(work, "onnx"), new ExportOptions());
            Directory.Move(Path.Combine(work, "onnx"), folder);
        }
        catch (IOException) when (Directory.Exists(folder))
        {
        }
        finally
        {
            if (Directory.Exists(work))
            {
                Directory.Delete(work, recursive: true);
            }
        }
    }
}
