using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Deduplication;

/// <summary>Step 2 of <see cref="DedupExact"/>. Memory: one entry, however many are equal, since the entries are read twice side by side.</summary>
internal sealed class EqualStage(Channel findings) : Stage("equal", [DedupExact.Hashes], [findings])
{
    /// <inheritdoc/>
    public override void Reduce(IEnumerable<Entry> entries, IEntryWriter output)
    {
        using var ahead = entries.GetEnumerator();
        using var behind = entries.GetEnumerator();
        var hash = new byte[DedupExact.HashSize];
        var id = new byte[DuplicateFinding.MostIdBytes];
        var more = ahead.MoveNext();
        while (more)
        {
            ahead.Current.Span[..hash.Length].CopyTo(hash);
            var size = 0;
            do
            {
                size++;
                more = ahead.MoveNext();
            }
            while (more && ahead.Current.Span[..hash.Length].SequenceEqual(hash));

            behind.MoveNext();
            var keeper = At(behind.Current);
            var idBytes = behind.Current.Span[DedupExact.HeadSize..];
            idBytes.CopyTo(id);
            var idLength = idBytes.Length;
            for (var i = 1; i < size; i++)
            {
                behind.MoveNext();
                if (EarlierIndex.IsEarlier(At(behind.Current)))
                {
                    continue;
                }

                DuplicateFinding.Write(output, findings, At(behind.Current), keeper, size, 1, id.AsSpan(0, idLength));
            }
        }
    }

    private static Address At(Entry entry) => Address.Read(entry.Span[(DedupExact.HeadSize - Address.Size)..]);
}
