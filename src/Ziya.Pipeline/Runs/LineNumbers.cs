using Ziya.Pipeline.Storage;

namespace Ziya.Pipeline.Runs;

/// <summary>Turns byte offsets of plain files into line numbers, in one reading of each file while its offsets ascend.</summary>
internal sealed class LineNumbers : IDisposable
{
    private readonly byte[] _buffer = new byte[1 << 16];
    private string? _file;
    private Stream? _stream;
    private long _position;
    private long _line;

    /// <summary>The line that an offset stands in, from 1; 0 where the file is gone, or packed and so without such lines.</summary>
    public long Of(string file, long offset)
    {
        if (file != _file || offset < _position)
        {
            Open(file);
        }

        while (_stream is not null && _position < offset)
        {
            var read = _stream.Read(_buffer, 0, (int)Math.Min(_buffer.Length, offset - _position));
            if (read == 0)
            {
                break;
            }

            _line += _buffer.AsSpan(0, read).Count((byte)'\n');
            _position += read;
        }

        return _line;
    }

    /// <inheritdoc/>
    public void Dispose() => _stream?.Dispose();

    private void Open(string file)
    {
        _stream?.Dispose();
        _stream = null;
        _file = file;
        _position = 0;
        _line = 0;
        var (store, path) = Stores.Locate(file);
        if (store.Find(path) is null)
        {
            return;
        }

        _stream = store.OpenRead(path);
        var start = _stream.ReadAtLeast(_buffer.AsSpan(0, 4), 4, false);
        if (Compressions.OfBytes(_buffer.AsSpan(0, start), file) != Compression.None)
        {
            _stream.Dispose();
            _stream = null;
            return;
        }

        _stream.Position = 0;
        _line = 1;
    }
}
