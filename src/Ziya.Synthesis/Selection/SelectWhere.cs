using System.Text.Json.Nodes;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Synthesis.Selection;

/// <summary>
/// <c>select</c> with <c>where</c>. <c>not_selected</c>: the condition does not hold. <c>unscored</c>: whether it holds hangs on a number or text that the record does not have.
/// </summary>
internal sealed class SelectWhere : Step<Record, Record>
{
    private readonly Condition? _condition;
    private readonly string? _fault;

    public SelectWhere(SelectOptions options) => _condition = Condition.Parse(options.Where!, out _fault);

    /// <inheritdoc/>
    public override IEnumerable<string> Reads => _condition?.Numbers ?? [];

    /// <inheritdoc/>
    public override IEnumerable<string> Check() => _fault is null ? [] : [$"'where' {_fault}"];

    /// <inheritdoc/>
    public override Verdict<Record> Apply(Record record)
    {
        var holds = _condition!.Holds(record);
        return holds == true ? record : new Drop(holds is null ? "unscored" : "not_selected", Detail(record));
    }

    private JsonObject Detail(Record record)
    {
        var detail = new JsonObject();
        foreach (var name in _condition!.Numbers)
        {
            detail[name] = RecordField.TryGetNumber(record, name, out var value) && double.IsFinite(value) ? Math.Round(value, 6) : null;
        }

        return detail;
    }
}
