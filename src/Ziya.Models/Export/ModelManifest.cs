using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Ziya.Models.Checkpoints;
using Ziya.Models.GenAi;

namespace Ziya.Models.Export;

/// <summary>What a host has to know of an exported model: <c>ziya-model.json</c> beside the graphs.</summary>
public sealed record ModelManifest
{
    /// <summary>Its file's name.</summary>
    public const string FileName = "ziya-model.json";

    /// <summary>The graph that generates, scores as a reward model, or embeds.</summary>
    public const string ModelFile = "model.onnx";

    /// <summary>The graph by which a generating model scores given text; it has the same weights.</summary>
    public const string ScoreFile = "score.onnx";

    /// <summary>The weights of both.</summary>
    public const string DataFile = "model.onnx.data";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>The version of this file: 1.</summary>
    public required int Version { get; init; }

    /// <summary>What the model is; <see cref="ModelConfig.Context"/> is the positions of the graph.</summary>
    public required ModelConfig Config { get; init; }

    /// <summary>How the weights are stored.</summary>
    public required Precision Weights { get; init; }

    /// <summary>In what it computes; keys and values have this type.</summary>
    public required Precision Compute { get; init; }

    /// <summary>The graph that generates, scores as a reward model, or embeds.</summary>
    [JsonIgnore]
    public string GraphFile => GenAi?.File ?? ModelFile;

    /// <summary>How the graph is called, if it was not exported but made by ONNX Runtime GenAI's builder.</summary>
    [JsonIgnore]
    internal GenAiGraph? GenAi { get; init; }

    /// <summary>Bytes that keys and values take for each position of each sequence.</summary>
    [JsonIgnore]
    public long KvBytesPerPosition => 2L * Config.Layers * Config.KvHeads * Config.HeadSize * (Compute == Precision.Float32 ? 4 : 2);

    /// <summary>Whether a folder is that of a model that can be run: exported, or made by ONNX Runtime GenAI's builder.</summary>
    public static bool IsIn(string folder) => File.Exists(Path.Combine(folder, FileName)) || GenAiFolder.Is(folder);

    /// <summary>Reads it from a model's folder; that of ONNX Runtime GenAI's builder has genai_config.json in its place.</summary>
    /// <exception cref="InvalidDataException">It is missing or damaged.</exception>
    public static ModelManifest Load(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path) && GenAiFolder.Is(folder))
        {
            return GenAiFolder.Read(folder);
        }

        try
        {
            var manifest = JsonSerializer.Deserialize<ModelManifest>(File.ReadAllBytes(path), Json)!;
            return manifest.Version == 1 ? manifest : throw new InvalidDataException($"{path}: is of version {manifest.Version}; this program reads version 1. Export the model again.");
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InvalidDataException($"{folder}: {(Directory.Exists(folder) ? $"is no exported model: it has no {FileName}" : "there is no such folder")}. Make one with: ziya models export", exception);
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{path}: is damaged: {exception.Message}", exception);
        }
    }

    /// <summary>Writes it into a model's folder.</summary>
    public void Save(string folder) => File.WriteAllBytes(Path.Combine(folder, FileName), JsonSerializer.SerializeToUtf8Bytes(this, Json));
}
