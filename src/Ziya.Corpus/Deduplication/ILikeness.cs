namespace Ziya.Corpus.Deduplication;

/// <summary>How alike two records are by what <see cref="RecordEntry"/> keeps of them.</summary>
internal interface ILikeness
{
    /// <summary>Bytes of a sketch, of bytes that begin with it.</summary>
    int SizeOf(ReadOnlySpan<byte> sketch);

    /// <summary>Whether two are so alike that one goes for the other, and how alike they are.</summary>
    bool IsAlike(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, out double similarity);
}
