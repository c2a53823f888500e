using System.IO.Hashing;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Bucketing;

/// <summary><see cref="Bucket"/> by cuts from a file: needs no look at the other records, and so no phase of its own.</summary>
internal sealed class FixedBucket(BucketOptions options) : Step<Record, Record>
{
    private Dictionary<ulong, IReadOnlyList<ulong>>? _cuts;
    private Sorting? _sorting;

    /// <inheritdoc/>
    public override IEnumerable<string> Reads => [options.By];

    /// <inheritdoc/>
    public override string Version() =>
        File.Exists(options.CutsFrom) ? Convert.ToHexStringLower(XxHash128.Hash(File.ReadAllBytes(options.CutsFrom))) + "\n" : "";

    /// <inheritdoc/>
    public override IEnumerable<string> Check()
    {
        CutFile? file = null;
        string? unreadable = null;
        try
        {
            file = CutFile.Read(options.CutsFrom!);
        }
        catch (InvalidDataException exception)
        {
            unreadable = exception.Message;
        }

        return file is null ? [unreadable!] : [.. Faults(file), .. BucketNames.Faults(options with { Preset = null }, file.Names)];
    }

    /// <inheritdoc/>
    public override Verdict<Record> Apply(Record record)
    {
        if (_sorting is null)
        {
            var file = Shared(options.CutsFrom!, () => CutFile.Read(options.CutsFrom!));
            _cuts = file.Groups.ToDictionary(group => group.Group is { } name ? Groups.KeyOf(name) : 0, file.KeysOf);
            _sorting = new Sorting(options with { Preset = null }, file.Names);
        }

        return _sorting.Place(record, _sorting.TryGetKey(record, out var key) && _cuts!.TryGetValue(Groups.Of(record, options.Within), out var cuts)
            ? _sorting.NameOf(cuts, key)
            : null);
    }

    private IEnumerable<string> Faults(CutFile file)
    {
        if (options.Save is not null)
        {
            yield return "'save' and 'cuts_from' exclude each other: cuts that come from a file are not found anew.";
        }

        if (options.By != file.By)
        {
            yield return $"'by' is '{options.By}', but {options.CutsFrom} has cuts of '{file.By}'.";
        }

        if (options.Order != file.Order)
        {
            yield return $"'order' is {Word(options.Order)}, but in {options.CutsFrom} it is {Word(file.Order)}.";
        }

        if (options.Within != file.Within)
        {
            yield return $"'within' is {Name(options.Within)}, but {options.CutsFrom} has cuts {(file.Within is null ? "of all records" : $"within {Name(file.Within)}")}.";
        }

        if (options.Preset is not null || (options.HasCuts && !options.Cuts.Keys.SequenceEqual(file.Names)))
        {
            yield return $"{options.CutsFrom} says which buckets there are ({string.Join(", ", file.Names)}): leave out 'cuts' and 'preset'.";
        }
    }

    private static string Name(string? field) => field is null ? "none" : $"'{field}'";

    private static string Word(BucketOrder order) => order == BucketOrder.Ascending ? "ascending" : "descending";
}
