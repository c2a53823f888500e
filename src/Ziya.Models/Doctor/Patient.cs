using Ziya.Models.Checkpoints;
using Ziya.Models.Export;
using Ziya.Models.Tokenization;

namespace Ziya.Models.Doctor;

/// <summary>A model's folder under examination: published by Hugging Face's layout, or exported. Each part is read when it is first asked for, and fails there.</summary>
internal sealed class Patient(string folder)
{
    private readonly Lazy<ModelManifest> _manifest = new(() => ModelManifest.Load(folder));
    private readonly Lazy<ModelConfig> _published = new(() => ModelConfig.Load(folder));
    private readonly Lazy<Checkpoint> _checkpoint = new(() => Checkpoint.Open(folder));
    private readonly Lazy<ModelTokenizer> _tokenizer = new(() => ModelTokenizer.Load(folder));
    private readonly Lazy<IReadOnlyList<CheckpointTensor>> _exported = new(() =>
    {
        var path = Path.Combine(folder, ModelManifest.Load(folder).GraphFile);
        return GraphWeights.Locate(path, GraphWeights.ReadGraph(path));
    });

    /// <summary>The folder.</summary>
    public string Folder => folder;

    /// <summary>Whether it was exported, here or by ONNX Runtime GenAI's builder.</summary>
    public bool IsExported { get; } = ModelManifest.IsIn(folder);

    /// <summary>Its graphs.</summary>
    public IEnumerable<string> Graphs => Manifest.GenAi is null && Config.Task == ModelTask.Generate ? [Manifest.GraphFile, ModelManifest.ScoreFile] : [Manifest.GraphFile];

    /// <summary>What the export says of itself.</summary>
    public ModelManifest Manifest => _manifest.Value;

    /// <summary>What the model is.</summary>
    public ModelConfig Config => IsExported ? Manifest.Config : _published.Value;

    /// <summary>The tensors of the published model.</summary>
    public Checkpoint Checkpoint => _checkpoint.Value;

    /// <summary>The weights, wherever they lie.</summary>
    public IEnumerable<CheckpointTensor> Weights => IsExported ? _exported.Value : _checkpoint.Value.Tensors.Values;

    /// <summary>The tokenizer.</summary>
    public ModelTokenizer Tokenizer => _tokenizer.Value;
}
