using System.Collections;

namespace Ziya.Pipeline.Records;

/// <summary>Numbers by name, in the order they were written. Immutable; a handful of entries, so lookup is a scan.</summary>
public sealed class Scores : IReadOnlyCollection<KeyValuePair<string, double>>
{
    /// <summary>The score that is a number of tokens. Manifest, card and report add it up.</summary>
    public const string Tokens = "tokens";

    /// <summary>No scores.</summary>
    public static readonly Scores Empty = new([]);

    private readonly KeyValuePair<string, double>[] _entries;

    private Scores(KeyValuePair<string, double>[] entries) => _entries = entries;

    /// <summary>How many scores there are.</summary>
    public int Count => _entries.Length;

    /// <summary>A copy in which <paramref name="name"/> has <paramref name="value"/>.</summary>
    public Scores With(string name, double value)
    {
        var at = Array.FindIndex(_entries, entry => entry.Key == name);
        var entries = new KeyValuePair<string, double>[at < 0 ? _entries.Length + 1 : _entries.Length];
        _entries.CopyTo(entries, 0);
        entries[at < 0 ? _entries.Length : at] = new(name, value);
        return new Scores(entries);
    }

    /// <summary>A copy in which all of these have their values.</summary>
    public Scores With(IEnumerable<KeyValuePair<string, double>> scores)
    {
        var entries = new List<KeyValuePair<string, double>>(_entries);
        foreach (var score in scores)
        {
            var at = entries.FindIndex(entry => entry.Key == score.Key);
            if (at < 0)
            {
                entries.Add(score);
            }
            else
            {
                entries[at] = score;
            }
        }

        return new Scores([.. entries]);
    }

    /// <summary>The score of that name, if it was written.</summary>
    public bool TryGet(string name, out double value)
    {
        foreach (var entry in _entries)
        {
            if (entry.Key == name)
            {
                value = entry.Value;
                return true;
            }
        }

        value = 0;
        return false;
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, double>> GetEnumerator() => _entries.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _entries.GetEnumerator();
}
