using System.Runtime.InteropServices;
using Ziya.Pipeline.Shuffle;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Scoring.Lm;

/// <summary>N-grams on the disk in the order they were added; many to an entry of a <see cref="SortRun"/>.</summary>
internal sealed class GramRun(string scratch, int level = 0) : IDisposable
{
    private const int BlockGrams = 2048;

    private readonly SortRun _run = new(scratch, level);
    private readonly Gram[] _block = new Gram[BlockGrams];
    private int _used;

    /// <summary>How often its n-grams were merged.</summary>
    public int Level => _run.Level;

    /// <summary>How many there are.</summary>
    public long Count { get; private set; }

    public void Add(in Gram gram)
    {
        _block[_used++] = gram;
        Count++;
        if (_used == BlockGrams)
        {
            Flush();
        }
    }

    /// <summary>Ends the writing.</summary>
    public void Finish()
    {
        Flush();
        _run.Finish();
    }

    /// <summary>A new reading.</summary>
    public GramCursor Read() => new Cursor(_run.Read());

    public void Dispose() => _run.Dispose();

    private void Flush()
    {
        if (_used > 0)
        {
            _run.Add(MemoryMarshal.AsBytes(_block.AsSpan(0, _used)));
            _used = 0;
        }
    }

    private sealed class Cursor(IEnumerator<Entry> blocks) : GramCursor
    {
        private readonly Gram[] _block = new Gram[BlockGrams];
        private int _next;
        private int _end;

        public override bool Next()
        {
            if (_next == _end)
            {
                if (!blocks.MoveNext())
                {
                    return false;
                }

                var bytes = blocks.Current.Span;
                bytes.CopyTo(MemoryMarshal.AsBytes(_block.AsSpan()));
                (_next, _end) = (0, bytes.Length / Marshal.SizeOf<Gram>());
            }

            Current = _block[_next++];
            return true;
        }
    }
}
