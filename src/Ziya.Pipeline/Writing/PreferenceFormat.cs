using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Records;

namespace Ziya.Pipeline.Writing;

/// <summary>
/// The preference forms of TRL (https://huggingface.co/docs/trl/dataset_formats): <c>prompt</c>, <c>chosen</c> and <c>rejected</c> as texts (<c>explicit</c>) or lists of messages
/// (<c>conversational</c>); without a <c>prompt</c>, which then begins both answers, the <c>implicit</c> ones. TRL recommends the explicit ones for DPO and the implicit
/// ones for reward models.
/// </summary>
/// <remarks>A plain text has no place for a system prompt: it stands before the question, with a blank line between. In <c>implicit</c> a line break parts prompt and answer.</remarks>
[OutputFormat("preference")]
internal sealed class PreferenceFormat(OutputOptions options) : OutputFormat
{
    private const string Explicit = "explicit";
    private const string Implicit = "implicit";
    private const string Conversational = "conversational";

    /// <inheritdoc/>
    public override IReadOnlyList<RecordKind> Kinds { get; } = [RecordKind.Preference];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Variants { get; } = [Explicit, Conversational, Implicit, "implicit_conversational"];

    /// <inheritdoc/>
    public override string? Write(JsonLine line, Record record)
    {
        var preference = (Preference)record;
        var conversation = Conversation.Of(record);
        if (conversation.Fault is { } fault)
        {
            return fault;
        }

        switch (options.Variant ?? Explicit)
        {
            case Explicit:
                line.Name("prompt"u8);
                line.Text(Prompt(preference));
                Texts(line, preference.Chosen, preference.Rejected);
                break;
            case Implicit:
                Texts(line, $"{Prompt(preference)}\n{preference.Chosen}", $"{Prompt(preference)}\n{preference.Rejected}");
                break;
            case Conversational:
                line.Name("prompt"u8);
                RecordWriter.Value(line, conversation.Messages);
                Messages(line, [], preference);
                break;
            default:
                Messages(line, conversation.Messages, preference);
                break;
        }

        return null;
    }

    private static string Prompt(Preference record) => string.IsNullOrEmpty(record.System) ? record.Prompt : $"{record.System}\n\n{record.Prompt}";

    private static void Texts(JsonLine line, string chosen, string rejected)
    {
        line.Name("chosen"u8);
        line.Text(chosen);
        line.Name("rejected"u8);
        line.Text(rejected);
    }

    private static void Messages(JsonLine line, IReadOnlyList<Message> prompt, Preference record)
    {
        line.Name("chosen"u8);
        RecordWriter.Value(line, [.. prompt, new("assistant", record.Chosen)]);
        line.Name("rejected"u8);
        RecordWriter.Value(line, [.. prompt, new("assistant", record.Rejected)]);
    }
}
