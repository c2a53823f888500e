namespace Ziya.Corpus.Deduplication;

/// <summary>Which record of a cluster of duplicates stays. Equals are decided by their place in the input: the earlier one stays.</summary>
public enum Keep
{
    /// <summary>The one that stands first in the input: files in the order of their names, then from top to bottom.</summary>
    First,

    /// <summary>The one with the longest text, in UTF-16 code units.</summary>
    Longest,

    /// <summary>The one with the highest value of the number named by `by`; those that do not have it come last.</summary>
    Highest,

    /// <summary>The one with the lowest value of the number named by `by`; those that do not have it come last.</summary>
    Lowest,

    /// <summary>The one with the earliest date in the field named by `by`, such as `meta.date`; those without one come last.</summary>
    Earliest,

    /// <summary>The one with the latest date in the field named by `by`; those without one come last.</summary>
    Latest,

    /// <summary>The one whose `source`, or the text named by `by`, comes first in the list `prefer`; those not in it come last.</summary>
    Preferred,
}
