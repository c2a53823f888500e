using Ziya.Pipeline.Records;

namespace Ziya.Pipeline.Writing;

/// <summary>
/// ShareGPT's members as LLaMA-Factory and others read them: <c>conversations</c> of <c>from</c> (<c>human</c>, <c>gpt</c>) and <c>value</c>, <c>system</c> where there is one; for a
/// preference the question alone in <c>conversations</c>, with <c>chosen</c> and <c>rejected</c> turns.
/// </summary>
[OutputFormat("sharegpt")]
internal sealed class ShareGptFormat : OutputFormat
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

        line.Name("conversations"u8);
        line.Raw((byte)'[');
        foreach (var turn in conversation.Turns)
        {
            line.Comma();
            Turn(line, turn.Role == "user" ? "human" : "gpt", turn.Content);
        }

        line.Raw((byte)']');
        if (record is Preference preference)
        {
            line.Name("chosen"u8);
            Turn(line, "gpt", preference.Chosen);
            line.Name("rejected"u8);
            Turn(line, "gpt", preference.Rejected);
        }

        if (conversation.System is { } system)
        {
            line.Name("system"u8);
            line.Text(system);
        }

        return null;
    }

    private static void Turn(JsonLine line, string from, string value)
    {
        line.Raw("{\"from\":"u8);
        line.Text(from);
        line.Name("value"u8);
        line.Text(value);
        line.Raw((byte)'}');
    }
}
