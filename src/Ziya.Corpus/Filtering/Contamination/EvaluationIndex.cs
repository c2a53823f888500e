using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Ziya.Pipeline.Reading;
using Ziya.Pipeline.Records;

namespace Ziya.Corpus.Filtering.Contamination;

/// <summary>The n-grams of evaluation sets by their hashes. Safe for use by many threads once it is built.</summary>
internal sealed class EvaluationIndex
{
    /// <summary>Bytes that an n-gram costs: a hash, where it stands, and room to grow in a table.</summary>
    public const int GramBytes = 64;

    private const int FilterBits = 16;
    private static readonly string[] Names = ["task_id", "id", "question_id", "name"];

    private readonly DecontaminateOptions _options;
    private readonly Dictionary<ulong, Place> _grams = [];
    private readonly List<EvaluationItem> _items = [];
    private readonly SortedSet<int> _lengths = [];
    private readonly UnitCutter _cutter = new();
    private ulong[] _filter = [0];

    private EvaluationIndex(DecontaminateOptions options) => _options = options;

    /// <summary>The items.</summary>
    public IReadOnlyList<EvaluationItem> Items => _items;

    /// <summary>How many n-grams are looked for.</summary>
    public int Grams => _grams.Count;

    /// <summary>Items without a text that is long enough to be found.</summary>
    public int Short => _items.Count(item => item.IsShort);

    /// <summary>Lengths of n-grams, in units.</summary>
    public IReadOnlyCollection<int> Lengths => _lengths;

    /// <summary>Reads the sets.</summary>
    /// <exception cref="InvalidDataException">A file cannot be read, holds nothing that can be found, or all are too much for the memory.</exception>
    public static EvaluationIndex Build(DecontaminateOptions options)
    {
        var index = new EvaluationIndex(options);
        foreach (var path in options.Against.SelectMany(Files))
        {
            index.Add(path);
        }

        index.Finish();
        return index;
    }

    /// <summary>The files of a path or pattern, in order.</summary>
    public static IEnumerable<string> Files(string pattern)
    {
        var path = Pipeline.Storage.FileStore.Slashes(pattern);
        if (!Glob.IsPattern(path))
        {
            return [pattern];
        }

        var folder = Glob.Folder(path);
        string[] found = Directory.Exists(folder.Length == 0 ? "." : folder)
            ? [.. new Pipeline.Storage.FileStore(folder.Length == 0 ? "." : folder).List("").Select(file => folder + file.Path).Where(file => Glob.IsMatch(path, file))]
            : [];
        return found.Length > 0 ? found : throw new InvalidDataException($"no file matches {pattern}.");
    }

    /// <summary>The item that an n-gram is of; -1 where it is of none.</summary>
    public int Find(ulong gram) =>
        (_filter[(int)(gram >> 6) & (_filter.Length - 1)] & (1UL << (int)(gram & 63))) != 0 && _grams.TryGetValue(gram, out var place) && place.Items <= _options.Common ? place.Item : -1;

    private void Add(string path)
    {
        var before = _grams.Count;
        foreach (var (found, line) in JsonObjects.Read(path))
        {
            var name = Names.Select(name => JsonPath.Find(found, name)).FirstOrDefault(value => value is { ValueKind: JsonValueKind.String or JsonValueKind.Number })?.ToString();
            _items.Add(new EvaluationItem(Path.GetFileName(path), line, name ?? line.ToString(CultureInfo.InvariantCulture)));
            foreach (var text in Texts(found))
            {
                AddText(text);
            }

            if ((long)_grams.Count * GramBytes > (long)_options.MemoryMb << 20)
            {
                throw new InvalidDataException($"the evaluation sets need more than {_options.MemoryMb} MB for their n-grams; `memory_mb` allows more.");
            }
        }

        if (_grams.Count == before)
        {
            throw new InvalidDataException($"{path} has nothing to look for: no {(_options.Fields.Count == 0 ? "text" : $"text in {string.Join(", ", _options.Fields)}")} of {_options.MinWords} words or {_options.MinCharacters} characters.");
        }
    }

    private void AddText(string text)
    {
        _cutter.Cut(text);
        var chinese = 2 * _cutter.Singles > _cutter.Count;
        var (length, least) = chinese ? (_options.Characters, _options.MinCharacters) : (_options.Words, _options.MinWords);
        length = Math.Min(length, _cutter.Count);
        if (length < Math.Min(least, chinese ? _options.Characters : _options.Words))
        {
            return;
        }

        _items[^1].IsShort = false;
        _lengths.Add(length);
        for (var start = 0; start + length <= _cutter.Count; start++)
        {
            ref var place = ref CollectionsMarshal.GetValueRefOrAddDefault(_grams, _cutter.Gram(start, length), out var known);
            var item = _items.Count - 1;
            place = !known ? new Place(item, item, 1) : place.Last == item ? place : place with { Last = item, Items = place.Items + 1 };
        }
    }

    private void Finish()
    {
        _filter = new ulong[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, _grams.Count / (64 / FilterBits)))];
        foreach (var (gram, place) in _grams)
        {
            _filter[(int)(gram >> 6) & (_filter.Length - 1)] |= 1UL << (int)(gram & 63);
            _items[place.Item].Grams += place.Items <= _options.Common ? 1 : 0;
        }
    }

    private IEnumerable<string> Texts(JsonElement from) => _options.Fields.Count == 0
        ? All(from)
        : _options.Fields.Select(field => JsonPath.Find(from, field)).Where(value => value is not null).SelectMany(value => All(value!.Value));

    private static IEnumerable<string> All(JsonElement from) => from.ValueKind switch
    {
        JsonValueKind.String => [from.GetString()!],
        JsonValueKind.Array => from.EnumerateArray().SelectMany(All),
        JsonValueKind.Object => from.EnumerateObject().SelectMany(member => All(member.Value)),
        _ => [],
    };

    /// <summary>Where an n-gram stands.</summary>
    /// <param name="Item">The first item.</param>
    /// <param name="Last">The last one.</param>
    /// <param name="Items">How many there are.</param>
    private readonly record struct Place(int Item, int Last, int Items);
}
