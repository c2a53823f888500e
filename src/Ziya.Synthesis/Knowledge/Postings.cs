namespace Ziya.Synthesis.Knowledge;

/// <summary>The passages a term stands in, in order, and how often: as distances and counts of 7 bits a byte, two bytes for most.</summary>
internal sealed class Postings
{
    private byte[] _bytes = new byte[4];
    private int _used;
    private int _last;

    /// <summary>How many passages.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a passage behind the last.</summary>
    public void Add(int passage, int times)
    {
        Write(passage - _last);
        Write(times);
        _last = passage;
        Count++;
    }

    /// <summary>The next passage from a place on; start with zeros.</summary>
    public bool Next(ref int at, ref int passage, out int times)
    {
        times = 0;
        if (at == _used)
        {
            return false;
        }

        passage += Read(ref at);
        times = Read(ref at);
        return true;
    }

    private void Write(int value)
    {
        if (_used + 5 > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(_used + 5, _bytes.Length + (_bytes.Length / 2)));
        }

        for (; value > 127; value >>= 7)
        {
            _bytes[_used++] = (byte)(value | 128);
        }

        _bytes[_used++] = (byte)value;
    }

    private int Read(ref int at)
    {
        var value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var part = _bytes[at++];
            value |= (part & 127) << shift;
            if (part < 128)
            {
                return value;
            }
        }
    }
}
