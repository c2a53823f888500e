using System.Globalization;
using System.Text.Json;

namespace Ziya.Models.Checkpoints;

/// <summary>Writes the weights of a folder as safetensors: <c>model.safetensors</c>, or shards and their index when they are more than a shard may hold.</summary>
internal static class SafetensorsFolder
{
    /// <summary>Bytes of a shard by default: 4 GB, which every file system takes.</summary>
    public const long DefaultShardBytes = 4_000_000_000;

    /// <summary>Writes the tensors, each by a call of <paramref name="write"/>.</summary>
    public static void Write(string folder, IReadOnlyList<TensorSpec> tensors, Action<TensorSpec, SafetensorsWriter> write, long shardBytes = DefaultShardBytes)
    {
        Directory.CreateDirectory(folder);
        var shards = Split(tensors, shardBytes);
        var map = new SortedDictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < shards.Count; i++)
        {
            var name = shards.Count == 1 ? "model.safetensors" : string.Create(CultureInfo.InvariantCulture, $"model-{i + 1:D5}-of-{shards.Count:D5}.safetensors");
            using var writer = new SafetensorsWriter(Path.Combine(folder, name), shards[i]);
            foreach (var tensor in shards[i])
            {
                write(tensor, writer);
                map.Add(tensor.Name, name);
            }

            writer.Complete();
        }

        if (shards.Count > 1)
        {
            WriteIndex(Path.Combine(folder, "model.safetensors.index.json"), tensors.Sum(tensor => tensor.Bytes), map);
        }
    }

    private static List<List<TensorSpec>> Split(IReadOnlyList<TensorSpec> tensors, long shardBytes)
    {
        var shards = new List<List<TensorSpec>> { new() };
        long filled = 0;
        foreach (var tensor in tensors)
        {
            if (filled > 0 && filled + tensor.Bytes > shardBytes)
            {
                shards.Add([]);
                filled = 0;
            }

            shards[^1].Add(tensor);
            filled += tensor.Bytes;
        }

        return shards;
    }

    private static void WriteIndex(string path, long bytes, SortedDictionary<string, string> map)
    {
        using var file = File.Create(path);
        using var json = new Utf8JsonWriter(file, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteStartObject("metadata");
        json.WriteNumber("total_size", bytes);
        json.WriteEndObject();
        json.WriteStartObject("weight_map");
        foreach (var (name, shard) in map)
        {
            json.WriteString(name, shard);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }
}
