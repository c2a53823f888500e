using Ziya.Models.Checkpoints;

namespace Ziya.Models.Export;

/// <summary>
/// Makes of a Hugging Face folder the folder of an ONNX model: the graphs, the weights as external data, the tokenizer's files and <c>ziya-model.json</c>.
/// Weights go from file to file a few megabytes at a time; the folder appears when it is whole.
/// </summary>
public static class ModelExport
{
    /// <summary>Files beside the weights that tokenizers and prompts need.</summary>
    internal static readonly string[] Companions =
    [
        "config.json", "generation_config.json", "tokenizer.model", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json",
        "added_tokens.json", "vocab.json", "merges.txt", "chat_template.jinja",
    ];

    /// <summary>Exports a model.</summary>
    /// <param name="source">The Hugging Face folder.</param>
    /// <param name="target">The folder to make; it must not exist, or be empty.</param>
    /// <param name="options">How.</param>
    /// <exception cref="InvalidDataException">The model is damaged, not supported, or not what its configuration says.</exception>
    public static ModelManifest Run(string source, string target, ExportOptions options)
    {
        var config = WithContext(ModelConfig.Load(source), options, source);
        var checkpoint = Checkpoint.Open(source);
        NewFolder.Check(target);
        var manifest = new ModelManifest
        {
            Version = 1,
            Config = config,
            Weights = options.Weights,
            Compute = options.Weights is Precision.Int8 or Precision.Int4 ? options.Compute : options.Weights,
        };
        NewFolder.Write(target, folder =>
        {
            Write(checkpoint, config, options, folder);
            Copy(source, folder);
            manifest.Save(folder);
        });
        return manifest;
    }

    /// <summary>Copies the files beside the weights.</summary>
    internal static void Copy(string source, string target)
    {
        foreach (var file in Companions.Where(file => File.Exists(Path.Combine(source, file))))
        {
            File.Copy(Path.Combine(source, file), Path.Combine(target, file), overwrite: true);
        }
    }

    private static void Write(Checkpoint checkpoint, ModelConfig config, ExportOptions options, string folder)
    {
        using var file = new WeightFile(Path.Combine(folder, ModelManifest.DataFile));
        var graph = new ModelGraph(config, Layers.Of(config), new WeightStore(checkpoint, file, options));
        graph.AddWeights(config.Context);
        file.Complete();
        var model = Path.Combine(folder, ModelManifest.ModelFile);
        switch (config.Task)
        {
            case ModelTask.Reward:
                graph.Reward().Save(model);
                break;
            case ModelTask.Embed:
                graph.Embed().Save(model);
                break;
            default:
                graph.Generate().Save(model);
                graph.Score().Save(Path.Combine(folder, ModelManifest.ScoreFile));
                break;
        }
    }

    private static ModelConfig WithContext(ModelConfig config, ExportOptions options, string source)
    {
        if (options.BlockSize is not (16 or 32 or 64 or 128 or 256))
        {
            throw new InvalidDataException($"Blocks of {options.BlockSize} are not supported: 16, 32, 64, 128 or 256.");
        }

        var context = options.Context ?? config.Context;
        if (context < 1 || (config.Family == ModelFamily.GptBigCode && context > config.Context))
        {
            throw new InvalidDataException($"{source}: a context of {context} is not possible: the model has {config.Context} learned positions.");
        }

        return config with { Context = context };
    }
}
