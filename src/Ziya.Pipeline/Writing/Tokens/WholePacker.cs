namespace Ziya.Pipeline.Writing;

/// <summary>
/// Records uncut, each into the fullest open context that has room for it (best fit; Ding et al. 2024, arXiv:2404.10830, section 3). What is longer than a context is cut into full ones and a rest.
/// So many contexts are open at once that they fit into a few megabytes; then the fullest is closed.
/// </summary>
internal sealed class WholePacker(TokenFiles files, int context, int width) : Packer(files)
{
    private const int OpenBytes = 16 << 20;
    private const int LeastOpen = 4;
    private const int MostOpen = 256;

    private readonly int _mostOpen = Math.Clamp(OpenBytes / (context * (width + 1)), LeastOpen, MostOpen);
    private readonly List<Bin> _open = [];
    private readonly Bin _piece = new(context, width);

    /// <inheritdoc/>
    public override void Add(TokenChunk chunk)
    {
        _piece.Records += chunk.IsFirst ? 1 : 0;
        var count = chunk.Tokens.Length / width;
        for (var at = 0; at < count;)
        {
            var take = Math.Min(count - at, _piece.Free);
            _piece.Append(chunk.Tokens.Slice(at * width, take * width), chunk.Learned.IsEmpty ? [] : chunk.Learned.Slice(at, take));
            at += take;
            if (_piece.Free == 0)
            {
                _piece.Pieces.Add(context);
                Write(_piece);
            }
        }

        if (chunk.IsLast && _piece.Count > 0)
        {
            Place();
        }
    }

    /// <inheritdoc/>
    public override void Finish()
    {
        _open.ForEach(Write);
        base.Finish();
    }

    private void Place()
    {
        // The first of those that are equally full is the oldest.
        var fit = _open.Where(bin => bin.Free >= _piece.Count).MinBy(bin => bin.Free);
        if (fit is null)
        {
            if (_open.Count == _mostOpen)
            {
                Close(_open.MinBy(bin => bin.Free)!);
            }

            _open.Add(fit = new Bin(context, width));
        }

        fit.Append(_piece.Tokens, _piece.Learned);
        fit.Pieces.Add(_piece.Count);
        fit.Records += _piece.Records;
        _piece.Clear();
        if (fit.Free == 0)
        {
            Close(fit);
        }
    }

    private void Close(Bin bin)
    {
        _open.Remove(bin);
        Write(bin);
    }

    private void Write(Bin bin)
    {
        for (var i = 0; i < bin.Records; i++)
        {
            Files.CountRecord();
        }

        Files.Append(bin.Tokens, bin.Learned);
        Files.End([.. bin.Pieces]);
        bin.Clear();
    }

    /// <summary>A context being filled.</summary>
    private sealed class Bin(int context, int width)
    {
        private readonly byte[] _tokens = new byte[context * width];
        private readonly byte[] _learned = new byte[context];
        private bool _masked;

        public int Count { get; private set; }

        public int Free => context - Count;

        public int Records { get; set; }

        public List<int> Pieces { get; } = [];

        public ReadOnlySpan<byte> Tokens => _tokens.AsSpan(0, Count * width);

        public ReadOnlySpan<byte> Learned => _masked ? _learned.AsSpan(0, Count) : [];

        public void Append(ReadOnlySpan<byte> tokens, ReadOnlySpan<byte> learned)
        {
            tokens.CopyTo(_tokens.AsSpan(Count * width));
            learned.CopyTo(_learned.AsSpan(Count));
            _masked = !learned.IsEmpty;
            Count += tokens.Length / width;
        }

        public void Clear()
        {
            Count = 0;
            Records = 0;
            Pieces.Clear();
        }
    }
}
