using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Deduplication;

/// <summary>
/// Step 5 of <see cref="DedupMinHash"/> and <see cref="DedupSemantic"/>. A component is read twice: to find the records that stay and how many go for each, and to say so of those that go.
/// Memory: sketch and id of the records of one component that stay, at most <see cref="MostKeepers"/> of them; further ones stay too, but none goes for them.
/// </summary>
internal sealed class KeepStage(Channel findings, ILikeness likeness) : Stage("keep", [DedupMinHash.Clusters], [findings])
{
    /// <summary>Where the rank is, behind the component.</summary>
    public const int RankAt = Address.Size;

    /// <summary>Where the record's address is.</summary>
    public const int RecordAt = RankAt + sizeof(ulong);

    /// <summary>Bytes before the sketch.</summary>
    public const int HeadSize = RecordAt + Address.Size;

    // 4096 comparisons take 30 microseconds.
    internal const int MostKeepers = 4096;

    private readonly List<Keeper> _keepers = [];

    /// <inheritdoc/>
    public override void Reduce(IEnumerable<Entry> entries, IEntryWriter output)
    {
        using var ahead = entries.GetEnumerator();
        using var behind = entries.GetEnumerator();
        var component = new byte[Address.Size];
        var more = ahead.MoveNext();
        while (more)
        {
            ahead.Current.Span[..Address.Size].CopyTo(component);
            _keepers.Clear();
            var size = 0;
            do
            {
                Meet(ahead.Current.Span);
                size++;
                more = ahead.MoveNext();
            }
            while (more && ahead.Current.Span[..Address.Size].SequenceEqual(component));

            Tell(behind, size, output);
        }
    }

    private void Meet(ReadOnlySpan<byte> entry)
    {
        var sketch = SketchOf(entry);
        if (Find(sketch, _keepers.Count) is { } found)
        {
            found.Keeper.Size++;
        }
        else if (_keepers.Count < MostKeepers)
        {
            _keepers.Add(new Keeper(Address.Read(entry[RecordAt..]), sketch.ToArray(), entry[(HeadSize + sketch.Length)..].ToArray()));
        }
    }

    private void Tell(IEnumerator<Entry> entries, int size, IEntryWriter output)
    {
        // The keepers come by in their order, and a record goes for one before it.
        var passed = 0;
        for (var i = 0; i < size; i++)
        {
            entries.MoveNext();
            var entry = entries.Current.Span;
            var at = Address.Read(entry[RecordAt..]);
            if (passed < _keepers.Count && _keepers[passed].At == at)
            {
                passed++;
            }
            else if (!EarlierIndex.IsEarlier(at) && Find(SketchOf(entry), passed) is var (keeper, similarity))
            {
                DuplicateFinding.Write(output, findings, at, keeper.At, keeper.Size, (float)similarity, keeper.Id);
            }
        }
    }

    private ReadOnlySpan<byte> SketchOf(ReadOnlySpan<byte> entry) => entry.Slice(HeadSize, likeness.SizeOf(entry[HeadSize..]));

    private (Keeper Keeper, double Similarity)? Find(ReadOnlySpan<byte> sketch, int among)
    {
        for (var i = 0; i < among; i++)
        {
            if (likeness.IsAlike(sketch, _keepers[i].Sketch, out var similarity))
            {
                return (_keepers[i], similarity);
            }
        }

        return null;
    }

    private sealed record Keeper(Address At, byte[] Sketch, byte[] Id)
    {
        public int Size { get; set; } = 1;
    }
}
