using System.Text.Json;

namespace Ziya.Models.Checkpoints;

/// <summary>The weights of a Hugging Face model folder: safetensors or PyTorch, in one file or in shards. Nothing is loaded and nothing of the files is executed: a tensor is mapped while it is used.</summary>
public sealed class Checkpoint
{
    private readonly SortedDictionary<string, CheckpointTensor> _tensors = new(StringComparer.Ordinal);

    private Checkpoint(string folder) => Folder = folder;

    /// <summary>Where it lies.</summary>
    public string Folder { get; }

    /// <summary>The files of the weights.</summary>
    public IReadOnlyList<string> Files { get; private set; } = [];

    /// <summary>The tensors by name, in ordinal order.</summary>
    public IReadOnlyDictionary<string, CheckpointTensor> Tensors => _tensors;

    /// <summary>Bytes of all tensors.</summary>
    public long Bytes => _tensors.Values.Sum(tensor => tensor.Bytes);

    /// <summary>Reads where the tensors of a folder are.</summary>
    /// <exception cref="InvalidDataException">Files are missing, damaged, or of another kind; the message says which.</exception>
    public static Checkpoint Open(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new InvalidDataException($"{folder}: there is no such folder.");
        }

        var checkpoint = new Checkpoint(folder);
        foreach (var (stem, extension) in new[] { ("model", ".safetensors"), ("pytorch_model", ".bin") })
        {
            var index = Path.Combine(folder, stem + extension + ".index.json");
            var single = Path.Combine(folder, stem + extension);
            if (File.Exists(index))
            {
                checkpoint.AddIndexed(index);
                return checkpoint;
            }

            var files = File.Exists(single) ? [single] : Directory.GetFiles(folder, $"{stem}-*-of-*{extension}");
            if (files.Length > 0)
            {
                checkpoint.AddAll(files);
                return checkpoint;
            }
        }

        throw new InvalidDataException($"{folder}: has no weights: model.safetensors or pytorch_model.bin, whole or in shards with an index.");
    }

    /// <summary>The tensor of a name.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public CheckpointTensor this[string name] => _tensors.TryGetValue(name, out var tensor)
        ? tensor
        : throw new InvalidDataException($"{Folder}: has no tensor {name}.");

    /// <summary>Maps a tensor.</summary>
    public TensorView View(string name) => new(this[name]);

    /// <summary>The tensors of one file.</summary>
    internal static IReadOnlyList<CheckpointTensor> ReadFile(string path) =>
        path.EndsWith(".safetensors", StringComparison.Ordinal) ? SafetensorsFile.Read(path) : PyTorchFile.Read(path);

    private void AddAll(string[] files)
    {
        Array.Sort(files, StringComparer.Ordinal);
        // model-00001-of-00003.safetensors: without an index, the names say how many there are.
        var name = Path.GetFileNameWithoutExtension(files[0]);
        var of = name.LastIndexOf("-of-", StringComparison.Ordinal);
        if (of > 0 && (!int.TryParse(name.AsSpan(of + 4), out var count) || count != files.Length))
        {
            throw new InvalidDataException($"{Folder}: has {files.Length} of the shards {name[..of]}… of {name[(of + 4)..]}, and no index that would name the others.");
        }

        foreach (var tensor in files.SelectMany(ReadFile))
        {
            if (!_tensors.TryAdd(tensor.Name, tensor))
            {
                throw new InvalidDataException($"{tensor.File}: {tensor.Name} is in {Path.GetFileName(_tensors[tensor.Name].File)} as well.");
            }
        }

        Files = files;
    }

    private void AddIndexed(string index)
    {
        var map = ReadIndex(index);
        var names = map.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        if (names.Find(name => name is "" or "." or ".." || name.AsSpan().IndexOfAny('/', '\\') >= 0) is { } outside)
        {
            throw new InvalidDataException($"{index}: '{outside}' is not the name of a file beside it.");
        }

        var missing = names.Where(name => !File.Exists(Path.Combine(Folder, name))).ToList();
        if (missing.Count > 0)
        {
            throw new InvalidDataException($"{index}: names files that are not there: {string.Join(", ", missing)}. Download them again.");
        }

        foreach (var file in names)
        {
            foreach (var tensor in ReadFile(Path.Combine(Folder, file)))
            {
                if (map.TryGetValue(tensor.Name, out var home) && home == file)
                {
                    _tensors.Add(tensor.Name, tensor);
                }
            }
        }

        if (map.Keys.FirstOrDefault(name => !_tensors.ContainsKey(name)) is { } absent)
        {
            throw new InvalidDataException($"{index}: says that {absent} is in {map[absent]}; it is not.");
        }

        Files = [.. names.Select(name => Path.Combine(Folder, name))];
    }

    private static Dictionary<string, string> ReadIndex(string index)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(index));
            return json.RootElement.GetProperty("weight_map").EnumerateObject().ToDictionary(pair => pair.Name, pair => pair.Value.GetString()!, StringComparer.Ordinal);
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException)
        {
            throw new InvalidDataException($"{index}: is no index of shards: {exception.Message}", exception);
        }
    }
}
