using System.Text.Json.Nodes;

namespace Ziya.Pipeline.Steps;

/// <summary>
/// Takes down what the rules of a <see cref="RuleStep"/> find about one record after another. Each question answers whether the record is decided about: then no other rule need
/// be asked. In the mode that tags it never is, because all values are wanted.
/// </summary>
public sealed class Ruling
{
    private readonly IReadOnlyList<string> _rules;
    private readonly double[] _values;
    private readonly long[] _asked;
    private readonly long[] _fired;
    private int _next;

    internal Ruling(IReadOnlyList<string> rules, bool tags)
    {
        _rules = rules;
        _values = new double[rules.Count];
        _asked = new long[rules.Count];
        _fired = new long[rules.Count];
        Tags = tags;
    }

    /// <summary>Whether records are tagged rather than dropped.</summary>
    public bool Tags { get; }

    /// <summary>The first rule that the record at hand breaks; null so far.</summary>
    internal Drop? First { get; private set; }

    /// <summary>Records judged.</summary>
    internal long Records { get; private set; }

    /// <summary>Records that broke a rule.</summary>
    internal long Hits { get; private set; }

    /// <summary>Asks whether a value is above the most there may be; <paramref name="more"/> adds to what is kept with the drop.</summary>
    public bool Above(string rule, double value, double most, Action<JsonObject>? more = null) => Note(rule, value, value > most) && Break(Beyond(rule, value, most, more));

    /// <summary>Asks whether a share is above the greatest there may be; nothing of nothing is no share.</summary>
    public bool Above(string rule, long count, long of, double most) => Above(rule, count / Math.Max(1.0, of), most);

    /// <summary>Asks whether a value is below the least there must be.</summary>
    public bool Below(string rule, double value, double least) => Note(rule, value, value < least) && Break(Drop.Beyond(rule, value, least));

    /// <summary>Asks whether something that may not be is there; it is tagged as 1 and 0.</summary>
    public bool If(string rule, bool broken, Func<JsonObject?>? detail = null) => Note(rule, broken ? 1 : 0, broken) && Break(new Drop(rule, detail?.Invoke()));

    /// <summary>How often each rule was asked and how often it fired.</summary>
    internal IEnumerable<(string Rule, long Asked, long Fired)> Figures() => _rules.Select((rule, i) => (rule, _asked[i], _fired[i]));

    /// <summary>What was measured of the record at hand, under other names of the rules.</summary>
    internal IEnumerable<KeyValuePair<string, double>> Values(IReadOnlyList<string> names)
    {
        for (var i = 0; i < _values.Length; i++)
        {
            if (double.IsFinite(_values[i]))
            {
                yield return new(names[i], Math.Round(_values[i], 6));
            }
        }
    }

    internal void Begin()
    {
        First = null;
        _next = 0;
        if (Tags)
        {
            _values.AsSpan().Fill(double.NaN);
        }
    }

    internal void End()
    {
        Records++;
        Hits += First is null ? 0 : 1;
    }

    private bool Note(string rule, double value, bool broken)
    {
        // Rules are mostly asked in the order they were named.
        var at = _next < _rules.Count && ReferenceEquals(_rules[_next], rule) ? _next : IndexOf(rule);
        _next = at + 1;
        _values[at] = value;
        _asked[at]++;
        _fired[at] += broken ? 1 : 0;
        return broken;
    }

    private static Drop Beyond(string rule, double value, double limit, Action<JsonObject>? more)
    {
        var drop = Drop.Beyond(rule, value, limit);
        more?.Invoke(drop.Detail!);
        return drop;
    }

    private bool Break(Drop drop)
    {
        First ??= drop;
        return !Tags;
    }

    private int IndexOf(string rule)
    {
        for (var i = 0; i < _rules.Count; i++)
        {
            if (_rules[i] == rule)
            {
                return i;
            }
        }

        throw new ArgumentException($"the step has not named a rule '{rule}'.", nameof(rule));
    }
}
