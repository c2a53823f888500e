using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Ziya.Models.Protos.Onnx;

namespace Ziya.Models.Tests.Export;

public sealed class OnnxRuntimeTests
{
    [Fact]
    public void Run_GraphOfOneNode_Adds()
    {
        var graph = new GraphProto
        {
            Name = "one",
            Node = { new NodeProto { OpType = "Add", Input = { "a", "b" }, Output = { "sum" } } },
            Input = { Value("a"), Value("b") },
            Output = { Value("sum") },
        };
        var model = new ModelProto { IrVersion = 10, Graph = graph, OpsetImport = { new OperatorSetIdProto { Domain = "", Version = 21 } } };

        using var session = new InferenceSession(model.ToByteArray());
        using var a = OrtValue.CreateTensorValueFromMemory([1f, 2f], [2]);
        using var b = OrtValue.CreateTensorValueFromMemory([10f, 20f], [2]);
        using var options = new RunOptions();
        using var results = session.Run(options, ["a", "b"], [a, b], ["sum"]);

        Assert.Equal([11f, 22f], results[0].GetTensorDataAsSpan<float>().ToArray());
    }

    private static ValueInfoProto Value(string name) => new()
    {
        Name = name,
        Type = new TypeProto
        {
            TensorType = new TypeProto.Types.Tensor
            {
                ElemType = (int)TensorProto.Types.DataType.Float,
                Shape = new TensorShapeProto { Dim = { new TensorShapeProto.Types.Dimension { DimValue = 2 } } },
            },
        },
    };
}
