using System.Globalization;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Ziya.Models.Protos.Onnx;
using AttributeType = Ziya.Models.Protos.Onnx.AttributeProto.Types.AttributeType;
using DataType = Ziya.Models.Protos.Onnx.TensorProto.Types.DataType;
using Dimension = Ziya.Models.Protos.Onnx.TensorShapeProto.Types.Dimension;

namespace Ziya.Models.Export;

/// <summary>A graph in the making: nodes in the order of the computation, names given by counting, weights of the store, if it has one, as far as they are used.</summary>
internal sealed class OnnxGraph(WeightStore? store = null)
{
    /// <summary>The domain of ONNX Runtime's own operators.</summary>
    public const string Microsoft = "com.microsoft";

    private readonly GraphProto _graph = new() { Name = "ziya" };
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);

    /// <summary>The weights.</summary>
    public WeightStore Weights => store ?? throw new InvalidOperationException("The graph has no weights.");

    /// <summary>An input. Dimensions are numbers or names.</summary>
    public string Input(string name, DataType type, params object[] shape)
    {
        _graph.Input.Add(Value(name, type, shape));
        return name;
    }

    /// <summary>Makes a value an output under a name.</summary>
    public void Output(string value, string name, DataType type, params object[] shape)
    {
        Node("Identity", "", [value], [name]);
        _graph.Output.Add(Value(name, type, shape));
    }

    /// <summary>Declares that a node writes an output.</summary>
    public void DeclareOutput(string name, DataType type, params object[] shape) => _graph.Output.Add(Value(name, type, shape));

    /// <summary>A weight of the store.</summary>
    public string Weight(string name)
    {
        if (_used.Add(name))
        {
            _graph.Initializer.Add(Weights[name]);
        }

        return name;
    }

    /// <summary>Integers.</summary>
    public string Integers(params long[] values) => Constant(DataType.Int64, MemoryMarshal.AsBytes<long>(values), [values.Length]);

    /// <summary>An integer without dimensions.</summary>
    public string Integer(long value) => Constant(DataType.Int64, BitConverter.GetBytes(value), []);

    /// <summary>A float without dimensions.</summary>
    public string Float(float value) => Constant(DataType.Float, BitConverter.GetBytes(value), []);

    /// <summary>A node of one output, by a name of its own.</summary>
    public string Op(string op, IReadOnlyList<string> inputs, params (string Name, object Value)[] attributes)
    {
        var output = Name(op);
        Node(op, "", inputs, [output], attributes);
        return output;
    }

    /// <summary>A node.</summary>
    public void Node(string op, string domain, IReadOnlyList<string> inputs, IReadOnlyList<string> outputs, params (string Name, object Value)[] attributes) =>
        _graph.Node.Add(new NodeProto
        {
            Name = Name("node_" + op),
            OpType = op,
            Domain = domain,
            Input = { inputs },
            Output = { outputs },
            Attribute = { attributes.Select(pair => Attribute(pair.Name, pair.Value)) },
        });

    /// <summary>A name that no other value has.</summary>
    public string Name(string of) => string.Create(CultureInfo.InvariantCulture, $"{of}_{_graph.Node.Count}_{_graph.Initializer.Count}");

    /// <summary>x·Wᵀ, plus a bias if there is one, of x [rows, inputs], in whatever way the store has W.</summary>
    public string Linear(string x, string name, long inputs, long outputs, string? bias = null)
    {
        if (Weights.Has(name))
        {
            return Op("Gemm", bias is null ? [x, Weight(name)] : [x, Weight(name), Weight(bias)], ("transB", 1L));
        }

        var product = Name("MatMulNBits");
        var bits = Weights[name + ".q"].Dims[2] * 8 / Weights.Options.BlockSize;
        Node("MatMulNBits", Microsoft, [x, Weight(name + ".q"), Weight(name + ".scale")], [product],
            ("K", inputs), ("N", outputs), ("bits", bits), ("block_size", (long)Weights.Options.BlockSize), ("accuracy_level", (long)Weights.Options.AccuracyLevel));
        return bias is null ? product : Op("Add", [product, Weight(bias)]);
    }

    /// <summary>The model.</summary>
    public ModelProto ToModel() => new()
    {
        IrVersion = 10,
        ProducerName = "ziya",
        Graph = _graph,
        OpsetImport = { new OperatorSetIdProto { Domain = "", Version = 21 }, new OperatorSetIdProto { Domain = Microsoft, Version = 1 } },
    };

    /// <summary>Writes the model's file.</summary>
    public void Save(string path)
    {
        using var file = File.Create(path);
        ToModel().WriteTo(file);
    }

    private string Constant(DataType type, ReadOnlySpan<byte> bytes, IEnumerable<long> dims)
    {
        var tensor = new TensorProto { Name = Name("constant"), DataType = (int)type, Dims = { dims }, RawData = ByteString.CopyFrom(bytes) };
        _graph.Initializer.Add(tensor);
        return tensor.Name;
    }

    private static AttributeProto Attribute(string name, object value) => value switch
    {
        long number => new AttributeProto { Name = name, Type = AttributeType.Int, I = number },
        float number => new AttributeProto { Name = name, Type = AttributeType.Float, F = number },
        string text => new AttributeProto { Name = name, Type = AttributeType.String, S = ByteString.CopyFromUtf8(text) },
        _ => throw new ArgumentException($"{value.GetType()} is no attribute.", nameof(value)),
    };

    private static ValueInfoProto Value(string name, DataType type, object[] shape) => new()
    {
        Name = name,
        Type = new TypeProto
        {
            TensorType = new TypeProto.Types.Tensor
            {
                ElemType = (int)type,
                Shape = new TensorShapeProto { Dim = { shape.Select(size => size is string text ? new Dimension { DimParam = text } : new Dimension { DimValue = Convert.ToInt64(size, CultureInfo.InvariantCulture) }) } },
            },
        },
    };
}
