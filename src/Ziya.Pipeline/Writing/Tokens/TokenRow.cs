namespace Ziya.Pipeline.Writing;

/// <summary>The tokens of a record, and which of them are learned.</summary>
internal sealed class TokenRow
{
    private int[] _ids = new int[1024];
    private byte[] _learned = new byte[1024];

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>The tokens.</summary>
    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, Count);

    /// <summary>1 for each that is learned, 0 for the others.</summary>
    public ReadOnlySpan<byte> Learned => _learned.AsSpan(0, Count);

    /// <summary>Empties it.</summary>
    public void Clear() => Count = 0;

    /// <summary>Adds a token.</summary>
    public void Add(int id, bool learned) => Add([id], learned);

    /// <summary>Adds tokens.</summary>
    public void Add(ReadOnlySpan<int> ids, bool learned)
    {
        if (Count + ids.Length > _ids.Length)
        {
            var size = Math.Max(Count + ids.Length, _ids.Length * 2);
            Array.Resize(ref _ids, size);
            Array.Resize(ref _learned, size);
        }

        ids.CopyTo(_ids.AsSpan(Count));
        _learned.AsSpan(Count, ids.Length).Fill(learned ? (byte)1 : (byte)0);
        Count += ids.Length;
    }
}
