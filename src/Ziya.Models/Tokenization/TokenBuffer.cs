namespace Ziya.Models.Tokenization;

/// <summary>A growing list of token ids that is used again for text after text.</summary>
public sealed class TokenBuffer
{
    private int[] _ids = new int[256];

    /// <summary>How many ids it holds.</summary>
    public int Count { get; private set; }

    /// <summary>The ids. Valid until the next change.</summary>
    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, Count);

    /// <summary>Appends an id.</summary>
    public void Add(int id)
    {
        if (Count == _ids.Length)
        {
            Array.Resize(ref _ids, Count * 2);
        }

        _ids[Count++] = id;
    }

    /// <summary>Appends ids.</summary>
    public void Add(ReadOnlySpan<int> ids)
    {
        if (_ids.Length - Count < ids.Length)
        {
            Array.Resize(ref _ids, Math.Max(_ids.Length * 2, Count + ids.Length));
        }

        ids.CopyTo(_ids.AsSpan(Count));
        Count += ids.Length;
    }

    /// <summary>Empties it; the memory is kept.</summary>
    public void Clear() => Count = 0;
}
