using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Ziya.Models.Generation;
using Ziya.Pipeline.Storage;

namespace Ziya.Models.Completions;

/// <summary>
/// Completions by what was asked for, in a store. What <see cref="Keep(UInt128, Completion)"/> has ended for is on the disk: a process killed at any moment loses none of it.
/// Several processes may use one prefix; each sees what the others wrote before it began.
/// </summary>
/// <remarks>
/// A store has no append, and a file for each completion would be millions:
/// <list type="number">
/// <item>While one segment is being committed, completions gather for the next (group commit): no waiting, and few files when much is going on.</item>
/// <item>Sixteen segments of a level are merged into one of the next, then deleted: n completions lie in at most 16 log16(n) files, each written log16(n) times
/// (O'Neil et al. 1996, "The Log-Structured Merge-Tree"). Large ones stay as they are.</item>
/// <item>Dying between merge and deletion leaves completions twice, which does no harm: the same key has the same answer.</item>
/// </list>
/// </remarks>
public sealed class CompletionCache : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly IStore _store;
    private readonly string _prefix;
    private readonly int _fanIn;
    private readonly long _largest;

    // Two processes must never choose the same name; the name itself means nothing and shows in no output.
    private readonly string _writer = Guid.NewGuid().ToString("N")[..12];
    private readonly Lock _lock = new();
    private readonly Dictionary<UInt128, (Segment Segment, IndexRow Row)> _index = [];
    private readonly Dictionary<string, Segment> _segments = [];
    private readonly HashSet<string> _damaged = [];
    private List<(IndexRow Row, byte[] Content)> _waiting = [];
    private TaskCompletionSource _committed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _committing = Task.CompletedTask;
    private int _written;

    /// <summary>The cache below a prefix of a store, such as <c>completions/gpt/</c>.</summary>
    /// <param name="store">The store.</param>
    /// <param name="prefix">What all its paths begin with.</param>
    /// <param name="fanIn">Segments that are merged at once.</param>
    /// <param name="largest">Bytes from which a segment is not merged any more.</param>
    public CompletionCache(IStore store, string prefix, int fanIn = 16, long largest = 16 << 20)
    {
        ArgumentNullException.ThrowIfNull(store);
        _store = store;
        _prefix = prefix;
        _fanIn = fanIn;
        _largest = largest;
        lock (_lock)
        {
            Refresh();
        }
    }

    /// <summary>Completions there are.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _index.Count;
            }
        }
    }

    /// <summary>What there is something under.</summary>
    internal IReadOnlyList<UInt128> Keys
    {
        get
        {
            lock (_lock)
            {
                return [.. _index.Keys];
            }
        }
    }

    /// <summary>Tokens that the completions took, of prompts and of answers.</summary>
    public (long Prompt, long Completion) Tokens
    {
        get
        {
            lock (_lock)
            {
                return (_index.Values.Sum(entry => (long)entry.Row.PromptTokens), _index.Values.Sum(entry => (long)entry.Row.CompletionTokens));
            }
        }
    }

    /// <summary>The completion of that key, or null.</summary>
    public Completion? Find(UInt128 key)
    {
        try
        {
            return FindContent(key) is { } content ? JsonSerializer.Deserialize<Completion>(content, Json) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>What is kept under that key, or null.</summary>
    internal byte[]? FindContent(UInt128 key)
    {
        for (var again = 0; ; again++)
        {
            (Segment Segment, IndexRow Row) at;
            lock (_lock)
            {
                if (!_index.TryGetValue(key, out at))
                {
                    return null;
                }
            }

            try
            {
                return at.Segment.Read(_store, at.Row);
            }
            catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException && again < 3)
            {
                // Merged meanwhile, by this process or by another one.
                lock (_lock)
                {
                    Refresh();
                }
            }
        }
    }

    /// <summary>Keeps a completion. The task ends when it is on the disk.</summary>
    public Task Keep(UInt128 key, Completion completion)
    {
        ArgumentNullException.ThrowIfNull(completion);
        return Keep(new IndexRow(key, 0, 0, completion.PromptTokens, completion.CompletionTokens), JsonSerializer.SerializeToUtf8Bytes(completion, Json));
    }

    /// <summary>Keeps bytes under a key. The task ends when they are on the disk.</summary>
    internal Task Keep(UInt128 key, byte[] content) => Keep(new IndexRow(key, 0, 0, 0, 0), content);

    private Task Keep(IndexRow row, byte[] content)
    {
        lock (_lock)
        {
            _waiting.Add((row, content));
            if (_committing.IsCompleted)
            {
                _committing = Task.Run(Commit);
            }

            return _committed.Task;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Task last;
        lock (_lock)
        {
            last = _committing;
        }

        await last.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void Commit()
    {
        while (true)
        {
            List<(IndexRow Row, byte[] Content)> batch;
            TaskCompletionSource committed;
            lock (_lock)
            {
                if (_waiting.Count == 0)
                {
                    // Whoever comes now finds this task at its end: it must not count as going on.
                    _committing = Task.CompletedTask;
                    return;
                }

                (batch, _waiting) = (_waiting, []);
                (committed, _committed) = (_committed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            }

            try
            {
                // 1.
                Write(0, batch.Select(entry => (entry.Row, (ReadOnlyMemory<byte>)entry.Content)));
                committed.SetResult();
            }
            catch (Exception exception)
            {
                committed.SetException(exception);
                continue;
            }

            TryMerge();
        }
    }

    private void TryMerge()
    {
        try
        {
            Merge();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Costs nothing but files. Where another process merged the same ones, they are gone.
            lock (_lock)
            {
                Refresh();
            }
        }
    }

    private void Write(int level, IEnumerable<(IndexRow Row, ReadOnlyMemory<byte> Content)> entries)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"{_prefix}{_writer}-{_written++:000000}-{level}{Segment.Ending}");
        var index = new List<IndexRow>();
        var segment = Segment.Write(_store, path, entries, index);
        lock (_lock)
        {
            Add(segment, index);
        }
    }

    private void Merge()
    {
        for (var level = 0; ; level++)
        {
            List<Segment> merged;
            lock (_lock)
            {
                merged = [.. _segments.Values.Where(segment => segment.Level == level && segment.Bytes < _largest)];
            }

            if (merged.Count < _fanIn)
            {
                return;
            }

            // 2. A key that stands outside as well is kept all the same: there another process may just be deleting it.
            var seen = new HashSet<UInt128>();
            Write(level + 1, merged.SelectMany(segment => Entries(segment, seen)));
            lock (_lock)
            {
                foreach (var segment in merged)
                {
                    _segments.Remove(segment.Path);
                }
            }

            merged.ForEach(segment => _store.Delete(segment.Path));
        }
    }

    private IEnumerable<(IndexRow Row, ReadOnlyMemory<byte> Content)> Entries(Segment segment, HashSet<UInt128> seen)
    {
        foreach (var row in segment.ReadIndex(_store) ?? [])
        {
            if (seen.Add(row.Key) && segment.Read(_store, row) is { } content)
            {
                yield return (row, content);
            }
        }
    }

    private void Refresh()
    {
        var found = _store.List(_prefix).Where(file => file.Path.EndsWith(Segment.Ending, StringComparison.Ordinal)).ToList();
        var gone = _segments.Keys.Except(found.Select(file => file.Path)).ToHashSet();
        foreach (var file in found.Where(file => !_segments.ContainsKey(file.Path) && !_damaged.Contains(file.Path)))
        {
            var segment = new Segment(file.Path, file.Bytes);
            if (TryReadIndex(segment) is { } index)
            {
                Add(segment, index);
            }
            else
            {
                _damaged.Add(file.Path);
            }
        }

        foreach (var path in gone)
        {
            _segments.Remove(path);
        }

        foreach (var (key, _) in _index.Where(entry => gone.Contains(entry.Value.Segment.Path)).ToList())
        {
            _index.Remove(key);
        }
    }

    private IReadOnlyList<IndexRow>? TryReadIndex(Segment segment)
    {
        try
        {
            return segment.ReadIndex(_store);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private void Add(Segment segment, IEnumerable<IndexRow> index)
    {
        _segments[segment.Path] = segment;
        foreach (var row in index)
        {
            _index[row.Key] = (segment, row);
        }
    }
}
