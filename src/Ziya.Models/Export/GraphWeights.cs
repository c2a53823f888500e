using System.Globalization;
using Google.Protobuf;
using Ziya.Models.Checkpoints;
using Ziya.Models.Protos.Onnx;
using DataType = Ziya.Models.Protos.Onnx.TensorProto.Types.DataType;

namespace Ziya.Models.Export;

/// <summary>Where the weights of an ONNX file lie that are kept in files beside it.</summary>
internal static class GraphWeights
{
    /// <summary>Reads a graph without its weights.</summary>
    /// <exception cref="InvalidDataException">It is missing or damaged.</exception>
    public static GraphProto ReadGraph(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            return ModelProto.Parser.ParseFrom(file).Graph ?? throw new InvalidDataException($"{path}: holds no graph.");
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw new InvalidDataException($"{path}: is damaged: {exception.Message}", exception);
        }
        catch (FileNotFoundException exception)
        {
            throw new InvalidDataException($"{path}: is missing.", exception);
        }
    }

    /// <summary>The weights in files beside the graph, each looked for there to its last byte.</summary>
    /// <exception cref="InvalidDataException">A file is missing or too short.</exception>
    public static IReadOnlyList<CheckpointTensor> Locate(string path, GraphProto graph)
    {
        var folder = Path.GetDirectoryName(path) ?? "";
        var tensors = graph.Initializer.Where(tensor => tensor.DataLocation == TensorProto.Types.DataLocation.External).Select(tensor => Locate(path, folder, tensor)).ToList();
        foreach (var group in tensors.GroupBy(tensor => tensor.File))
        {
            var needed = group.Max(tensor => tensor.Offset + tensor.Bytes);
            var file = new FileInfo(group.Key);
            if (!file.Exists)
            {
                throw new InvalidDataException($"{group.Key}: is missing; {Path.GetFileName(path)} has {group.Count()} of its weights there.");
            }

            if (file.Length < needed)
            {
                throw new InvalidDataException(string.Create(
                    CultureInfo.InvariantCulture, $"{group.Key}: is cut off: it has {file.Length:N0} bytes, and {Path.GetFileName(path)} needs {needed:N0}."));
            }
        }

        return tensors;
    }

    private static CheckpointTensor Locate(string path, string folder, TensorProto tensor)
    {
        var place = tensor.ExternalData.ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal);
        if (!place.TryGetValue("location", out var file))
        {
            throw new InvalidDataException($"{path}: {tensor.Name} does not say where its data lies.");
        }

        TensorType? type = (DataType)tensor.DataType switch
        {
            DataType.Float => TensorType.Float32,
            DataType.Float16 => TensorType.Float16,
            DataType.Bfloat16 => TensorType.BFloat16,
            DataType.Double => TensorType.Float64,
            DataType.Int64 => TensorType.Int64,
            DataType.Int32 => TensorType.Int32,
            DataType.Int8 => TensorType.Int8,
            DataType.Uint8 => TensorType.UInt8,
            DataType.Bool => TensorType.Bool,
            _ => null,
        };

        // Of types that checkpoints do not have, such as 4 bits, only the bytes count.
        return new CheckpointTensor(tensor.Name, type ?? TensorType.UInt8, type is null ? [Number(place, "length")] : [.. tensor.Dims], Path.Combine(folder, file), Number(place, "offset"));
    }

    private static long Number(Dictionary<string, string> place, string key) =>
        place.TryGetValue(key, out var text) && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
