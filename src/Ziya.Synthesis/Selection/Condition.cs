using Ziya.Pipeline.Records;

namespace Ziya.Synthesis.Selection;

/// <summary>
/// A condition on records, as <c>select</c> takes it. Logic is Kleene's: what a record does not have makes a comparison neither true nor false, and a condition only where it matters.
/// </summary>
internal sealed class Condition
{
    private readonly Func<Record, bool?> _holds;

    internal Condition(Func<Record, bool?> holds, IReadOnlyList<string> numbers)
    {
        _holds = holds;
        Numbers = numbers;
    }

    /// <summary>Names that stand for numbers, in the order they come.</summary>
    public IReadOnlyList<string> Numbers { get; }

    /// <summary>The condition that a text says; null where it says none, with what is wrong and where.</summary>
    public static Condition? Parse(string text, out string? fault)
    {
        var parser = new ConditionParser(text);
        var condition = parser.Parse();
        fault = condition is null ? parser.Fault : null;
        return condition;
    }

    /// <summary>Whether it holds; null where that hangs on what the record does not have.</summary>
    public bool? Holds(Record record) => _holds(record);
}
