using System.Security.Cryptography;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Storage;

namespace Ziya.Pipeline.Runs;

/// <summary>The files of one task. They appear together at the end, just before its marker; a task that fails leaves none.</summary>
internal sealed class TaskOutputs(IStore store) : IDisposable
{
    // Each open file holds a compressor: gzip about 0.3 MB, zstd about 1 MB.
    private const int MostFiles = 512;

    private readonly SortedDictionary<string, RowFile> _files = new(StringComparer.Ordinal);
    private int _ended;

    /// <summary>The file at a path, started on the first call.</summary>
    public RowFile Open(string path, Compression compression, int zstdLevel = 1)
    {
        if (!_files.TryGetValue(path, out var file))
        {
            if (_files.Count - _ended >= MostFiles)
            {
                throw new InvalidOperationException(
                    $"One task would write over {MostFiles} files at once ('{path}' is one too many). Use fields with fewer values in output.write.");
            }

            _files[path] = file = new RowFile(path, store.Create(path), compression, zstdLevel);
        }

        return file;
    }

    /// <summary>Ends a file that is whole. It appears with the others, but takes no memory until then.</summary>
    public void End(RowFile file)
    {
        file.End();
        _ended++;
    }

    /// <summary>Makes the files appear.</summary>
    public IReadOnlyList<TaskOutput> Commit() => [.. _files.Values.Select(file => file.Commit())];

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var file in _files.Values)
        {
            file.Dispose();
        }
    }
}

/// <summary>A file of rows, packed and hashed on the way.</summary>
internal sealed class RowFile : IDisposable
{
    private readonly string _path;
    private readonly PendingFile _pending;

    // Null once the file is whole: closed streams keep their buffers.
    private HashingStream? _hashing;
    private Stream? _packing;
    private string _hash = "";
    private long _packedBytes;

    public RowFile(string path, PendingFile pending, Compression compression, int zstdLevel)
    {
        _path = path;
        _pending = pending;
        _hashing = new HashingStream(pending.Content);
        _packing = Compressions.Pack(_hashing, compression, zstdLevel);
    }

    /// <summary>Rows written.</summary>
    public long Rows { get; set; }

    /// <summary>Tokens of the rows that were counted; null where none was.</summary>
    public long? Tokens { get; private set; }

    /// <summary>Bytes written, before packing.</summary>
    public long Bytes { get; private set; }

    /// <summary>Where bytes that are not rows go.</summary>
    public Stream Content => _packing!;

    /// <summary>Writes a row and a newline.</summary>
    public void Write(JsonLine line)
    {
        line.Raw((byte)'\n');
        _packing!.Write(line.Written);
        Bytes += line.Length;
        Rows++;
    }

    /// <summary>Adds tokens of a row.</summary>
    public void AddTokens(double tokens) => Tokens = (Tokens ?? 0) + (long)tokens;

    /// <summary>Nothing more is written.</summary>
    public void End()
    {
        Close();
        _pending.End();
    }

    /// <summary>Makes the file appear.</summary>
    public TaskOutput Commit()
    {
        Close();
        _pending.Commit();
        return new TaskOutput(_path, _packedBytes, _hash, Rows) { Tokens = Tokens };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            _packing?.Dispose();
        }
        catch (IOException)
        {
            // The disk is full: what was packed is dropped with the file.
        }

        _packing = null;
        _pending.Dispose();
        _hashing?.Dispose();
    }

    private void Close()
    {
        if (_packing is null)
        {
            return;
        }

        var (packing, hashing) = (_packing, _hashing!);
        _packing = null;
        packing.Dispose();
        (_packedBytes, _hash) = (hashing.Written, hashing.Hash());
        hashing.Dispose();
        _hashing = null;
    }

    private sealed class HashingStream(Stream inner) : Stream
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        public long Written { get; private set; }

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => Written;

        public override long Position { get => Written; set => throw new NotSupportedException(); }

        public string Hash() => Convert.ToHexStringLower(_hash.GetHashAndReset());

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            _hash.AppendData(buffer);
            inner.Write(buffer);
            Written += buffer.Length;
        }

        protected override void Dispose(bool disposing)
        {
            _hash.Dispose();
            base.Dispose(disposing);
        }
    }
}
