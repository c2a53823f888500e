using System.Buffers.Binary;
using System.IO.Hashing;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace Ziya.Pipeline.Storage;

/// <summary>
/// A blob being written in blocks, which appears when they are committed. A block's id is its number and the hash of its bytes: a second writer of the same
/// blob, a task that runs twice, then commits the very blocks of the first instead of finding its own gone.
/// </summary>
internal sealed class PendingBlob(BlockBlobClient blob, string place, BlobFaults faults) : PendingFile
{
    /// <summary>Bytes of a block. A blob has at most 50,000, so 400 GB.</summary>
    public const int BlockBytes = 8 << 20;

    private readonly BlockStream _content = new(blob, place, faults);

    public override Stream Content => _content;

    public override void End() => _content.End();

    public override void Commit() => _content.Commit();

    protected override void Dispose(bool disposing) => _content.Dispose();

    private sealed class BlockStream(BlockBlobClient blob, string place, BlobFaults faults) : Stream
    {
        private readonly List<string> _staged = [];

        // Grows with what is written: most files of a run are small.
        private readonly MemoryStream _block = new();

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            while (!buffer.IsEmpty)
            {
                var part = buffer[..Math.Min(buffer.Length, BlockBytes - (int)_block.Length)];
                _block.Write(part);
                buffer = buffer[part.Length..];
                if (_block.Length == BlockBytes)
                {
                    Stage();
                }
            }
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public void End()
        {
            if (_block.Length > 0)
            {
                Stage();
            }

            _block.Capacity = 0;
        }

        public void Commit()
        {
            if (_staged.Count == 0)
            {
                faults.Ask(place, () => blob.Upload(Block(), new BlobUploadOptions()));
                return;
            }

            if (_block.Length > 0)
            {
                Stage();
            }

            faults.Ask(place, () => blob.CommitBlockList(_staged));
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        private void Stage()
        {
            Span<byte> id = stackalloc byte[4 + 16];
            BinaryPrimitives.WriteInt32BigEndian(id, _staged.Count);
            XxHash128.Hash(_block.GetBuffer().AsSpan(0, (int)_block.Length), id[4..]);
            var name = Convert.ToBase64String(id);
            faults.Ask(place, () => blob.StageBlock(name, Block()));
            _staged.Add(name);
            _block.SetLength(0);
        }

        private MemoryStream Block() => new(_block.GetBuffer(), 0, (int)_block.Length, false);
    }
}
