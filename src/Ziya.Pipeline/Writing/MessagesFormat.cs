using Ziya.Pipeline.Records;

namespace Ziya.Pipeline.Writing;

/// <summary>
/// OpenAI's chat form, which TRL reads too: <c>messages</c> of <c>role</c> and <c>content</c>; for a preference <c>input</c>, <c>preferred_output</c> and <c>non_preferred_output</c>
/// (https://platform.openai.com/docs/guides/direct-preference-optimization).
/// </summary>
[OutputFormat("messages")]
internal sealed class MessagesFormat : OutputFormat
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

        if (record is not Preference preference)
        {
            line.Name("messages"u8);
            RecordWriter.Value(line, conversation.Messages);
            return null;
        }

        line.Name("input"u8);
        line.Raw("{\"messages\":"u8);
        RecordWriter.Value(line, conversation.Messages);
        line.Raw(",\"tools\":[],\"parallel_tool_calls\":true}"u8);
        line.Name("preferred_output"u8);
        RecordWriter.Value(line, [new("assistant", preference.Chosen)]);
        line.Name("non_preferred_output"u8);
        RecordWriter.Value(line, [new("assistant", preference.Rejected)]);
        return null;
    }
}
