namespace Ziya.Models.Checkpoints;

/// <summary>A tensor that is to be written.</summary>
/// <param name="Name">Its name in the state dictionary.</param>
/// <param name="Type">The type of its elements.</param>
/// <param name="Shape">Its dimensions.</param>
internal sealed record TensorSpec(string Name, TensorType Type, IReadOnlyList<long> Shape)
{
    /// <summary>Its bytes.</summary>
    public long Bytes => CheckpointTensor.CountOf(Shape) * Type.Size();
}
