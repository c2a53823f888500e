namespace Ziya.Corpus.Bucketing;

/// <summary>What can be wrong with the names that the options of <c>bucket</c> use, wherever its cuts come from.</summary>
internal static class BucketNames
{
    /// <summary>The faults, as sentences.</summary>
    public static IEnumerable<string> Faults(BucketOptions options, IReadOnlyList<string> names)
    {
        if (names.Any(name => name.Length == 0 || name == options.Unscored))
        {
            yield return $"'cuts' has a bucket without a name, or one named as 'unscored' is ('{options.Unscored}').";
        }

        foreach (var name in options.Dropped.Where(name => name != options.Unscored && !names.Contains(name)))
        {
            yield return $"'drop' names '{name}', which is no bucket. Buckets: {string.Join(", ", names.Append(options.Unscored))}.";
        }

        if (Groups.Fault(options.Within) is { } fault)
        {
            yield return fault;
        }
    }
}
