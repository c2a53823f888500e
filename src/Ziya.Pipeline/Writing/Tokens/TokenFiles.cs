using System.Globalization;
using System.Runtime.InteropServices;
using Ziya.Pipeline.Runs;

namespace Ziya.Pipeline.Writing;

/// <summary>
/// The files of one folder and partition: <c>part-00000.bin</c> with its index; of records with a mask <c>part-00000.mask.bin</c>, a byte a token; of packed ones <c>part-00000.pieces.bin</c>, the lengths
/// of what each context is made of. The next number where they grow over their limit, between two sequences.
/// </summary>
/// <param name="open">Opens a file by its name.</param>
/// <param name="end">Ends a file that is whole.</param>
/// <param name="part">What the names begin with.</param>
/// <param name="info">What is written.</param>
/// <param name="mostBytes">When there is another file.</param>
internal sealed class TokenFiles(Func<string, RowFile> open, Action<RowFile> end, string part, TokenFileInfo info, long mostBytes)
{
    /// <summary>What the names of masks have before their endings.</summary>
    public const string Mask = ".mask";

    private IndexedFile? _tokens;
    private IndexedFile? _mask;
    private IndexedFile? _pieces;
    private int _number;

    /// <summary>Counts a record that begins in the file.</summary>
    public void CountRecord() => Tokens.Bin.Rows++;

    /// <summary>Adds to the sequence.</summary>
    public void Append(ReadOnlySpan<byte> tokens, ReadOnlySpan<byte> learned)
    {
        Tokens.Append(tokens);
        Tokens.Bin.AddTokens(tokens.Length / info.Width);
        _mask?.Append(learned);
    }

    /// <summary>Ends the sequence.</summary>
    /// <param name="pieces">How many tokens of each record it is made of; not asked for without a context.</param>
    public void End(ReadOnlySpan<int> pieces)
    {
        _tokens!.End();
        _mask?.End();

        // Little-endian on all that .NET runs on.
        _pieces?.Append(MemoryMarshal.AsBytes(pieces));
        _pieces?.End();
        if (_tokens.Bytes >= mostBytes)
        {
            Finish();
            _number++;
        }
    }

    /// <summary>Writes the indexes.</summary>
    public void Finish()
    {
        foreach (var file in new[] { _tokens, _mask, _pieces }.OfType<IndexedFile>())
        {
            file.Finish();
            end(file.Bin);
            end(file.Idx);
        }

        (_tokens, _mask, _pieces) = (null, null, null);
    }

    private IndexedFile Tokens
    {
        get
        {
            if (_tokens is null)
            {
                _tokens = Open("", info.Width == sizeof(ushort) ? IndexedFile.UInt16 : IndexedFile.Int32, info.Width);
                _mask = info.LossMask ? Open(Mask, IndexedFile.UInt8, 1) : null;
                _pieces = info.Context is null ? null : Open(".pieces", IndexedFile.Int32, sizeof(int));
            }

            return _tokens;
        }
    }

    private IndexedFile Open(string what, byte code, int width)
    {
        var name = part + (_number == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"-{_number:00}")) + what;
        return new IndexedFile(open(name + ".bin"), open(name + ".idx"), code, width);
    }
}
