namespace Ziya.Pipeline.Writing;

/// <summary>Records one behind the other, cut where a context is full.</summary>
internal sealed class SplitPacker(TokenFiles files, int context, int width) : Packer(files)
{
    private readonly List<int> _pieces = [];
    private int _used;
    private int _piece;

    /// <inheritdoc/>
    public override void Add(TokenChunk chunk)
    {
        if (chunk.IsFirst)
        {
            Files.CountRecord();
        }

        var count = chunk.Tokens.Length / width;
        for (var at = 0; at < count;)
        {
            var take = Math.Min(count - at, context - _used);
            Files.Append(chunk.Tokens.Slice(at * width, take * width), chunk.Learned.IsEmpty ? [] : chunk.Learned.Slice(at, take));
            at += take;
            _used += take;
            _piece += take;
            if (_used == context)
            {
                End();
            }
        }

        if (chunk.IsLast)
        {
            EndPiece();
        }
    }

    /// <inheritdoc/>
    public override void Finish()
    {
        if (_used > 0)
        {
            End();
        }

        base.Finish();
    }

    private void End()
    {
        EndPiece();
        Files.End([.. _pieces]);
        _pieces.Clear();
        _used = 0;
    }

    private void EndPiece()
    {
        if (_piece > 0)
        {
            _pieces.Add(_piece);
            _piece = 0;
        }
    }
}
