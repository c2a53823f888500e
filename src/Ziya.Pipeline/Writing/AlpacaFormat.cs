using Ziya.Pipeline.Records;

namespace Ziya.Pipeline.Writing;

/// <summary>
/// Stanford Alpaca's members (https://github.com/tatsu-lab/stanford_alpaca): <c>instruction</c>, <c>input</c>, <c>output</c>; with <c>system</c> and <c>history</c>, and for a
/// preference <c>chosen</c> and <c>rejected</c>, as LLaMA-Factory reads them (https://github.com/hiyouga/LLaMA-Factory/blob/main/data/README.md).
/// </summary>
[OutputFormat("alpaca")]
internal sealed class AlpacaFormat : OutputFormat
{
    /// <inheritdoc/>
    public override IReadOnlyList<RecordKind> Kinds { get; } = [RecordKind.Instruction, RecordKind.Dialogue, RecordKind.Preference];

    /// <inheritdoc/>
    public override string? Write(JsonLine line, Record record)
    {
        var conversation = Conversation.Of(record);
        if (conversation.Fault is { } fault)
        {
            return fault;
        }

        var turns = conversation.Turns;
        var instruction = record as Instruction;
        line.Name("instruction"u8);
        line.Text(instruction?.Text ?? (record as Preference)?.Prompt ?? turns[^2].Content);
        line.Name("input"u8);
        line.Text(instruction?.Input);
        if (record is Preference preference)
        {
            line.Name("chosen"u8);
            line.Text(preference.Chosen);
            line.Name("rejected"u8);
            line.Text(preference.Rejected);
        }
        else
        {
            line.Name("output"u8);
            line.Text(turns[^1].Content);
        }

        if (conversation.System is { } system)
        {
            line.Name("system"u8);
            line.Text(system);
        }

        if (turns.Count > 2)
        {
            History(line, turns);
        }

        return null;
    }

    private static void History(JsonLine line, IReadOnlyList<Message> turns)
    {
        line.Name("history"u8);
        line.Raw((byte)'[');
        for (var at = 0; at < turns.Count - 2; at += 2)
        {
            line.Comma();
            line.Raw((byte)'[');
            line.Text(turns[at].Content);
            line.Raw((byte)',');
            line.Text(turns[at + 1].Content);
            line.Raw((byte)']');
        }

        line.Raw((byte)']');
    }
}
