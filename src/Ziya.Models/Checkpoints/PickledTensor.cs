namespace Ziya.Models.Checkpoints;

/// <summary>A stretch of a storage, seen as a tensor.</summary>
internal sealed record PickledTensor(PickledStorage Storage, long Offset, long[] Shape, long[] Strides)
{
    /// <summary>From the arguments of _rebuild_tensor_v2: storage, offset, size, stride, requires_grad, hooks.</summary>
    public static PickledTensor From(object?[] arguments) => new(
        (PickledStorage)arguments[0]!, (long)arguments[1]!, Numbers(arguments[2]), Numbers(arguments[3]));

    /// <summary>Whether its elements follow each other row by row; the stride of a dimension of one element says nothing.</summary>
    public bool IsContiguous()
    {
        var stride = 1L;
        for (var i = Shape.Length - 1; i >= 0; i--)
        {
            if (Shape[i] != 1 && Strides[i] != stride)
            {
                return Shape.Contains(0);
            }

            stride *= Shape[i];
        }

        return true;
    }

    private static long[] Numbers(object? tuple) => [.. ((object?[])tuple!).Select(number => (long)number!)];
}
