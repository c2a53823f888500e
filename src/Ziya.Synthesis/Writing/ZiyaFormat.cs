using Ziya.Models.Prompts;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Writing;

namespace Ziya.Synthesis.Writing;

/// <summary>
/// The text that a Ziya model is trained on, by a prompt template: <c>prompt</c> (all up to <c>&lt;bot&gt;:</c> of the last answer, on which no loss is taken) and <c>completion</c>; or the
/// whole as <c>text</c>. A preference becomes <c>prompt</c>, <c>chosen</c> and <c>rejected</c>, or whole texts as <c>chosen</c> and <c>rejected</c>.
/// </summary>
/// <remarks>White space that the template writes after the last answer, where the next turn would begin, is left out. Tokens that begin and end a text are the tokenizer's, unless the template writes them.</remarks>
[OutputFormat("ziya")]
internal sealed class ZiyaFormat(OutputOptions options) : OutputFormat
{
    private const string Split = "prompt_completion";
    private const string Default = "ziya2";

    private readonly bool _split = (options.Variant ?? Split) == Split;
    private PromptTemplate? _template;

    /// <inheritdoc/>
    public override IReadOnlyList<RecordKind> Kinds { get; } = [RecordKind.Instruction, RecordKind.Dialogue, RecordKind.Preference];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Variants { get; } = [Split, "text"];

    /// <inheritdoc/>
    public override bool HasTemplate => true;

    private string Name => options.Template ?? Default;

    private PromptTemplate Template => _template ??= PromptTemplates.Load(Name);

    /// <inheritdoc/>
    public override string? TemplateFault()
    {
        try
        {
            _ = Template;
            return null;
        }
        catch (InvalidDataException exception)
        {
            return exception.Message;
        }
    }

    /// <inheritdoc/>
    public override string Version() => PromptTemplates.Names.Contains(Name) || !File.Exists(Name) ? "" : File.ReadAllText(Name);

    /// <inheritdoc/>
    public override string? Write(JsonLine line, Record record)
    {
        var conversation = Conversation.Of(record);
        if (conversation.Fault is { } fault)
        {
            return fault;
        }

        var messages = conversation.Messages;
        var preference = record as Pipeline.Records.Preference;
        IReadOnlyList<Message> asked = preference is null ? [.. messages.SkipLast(1)] : messages;
        string prompt;
        try
        {
            prompt = Text(Template.Render(asked));
        }
        catch (ArgumentException)
        {
            // A system prompt, or more turns than one, where the template has no place for them.
            return "not_in_template";
        }

        if (preference is null)
        {
            Write(line, "prompt"u8, _split ? prompt : null);
            Write(line, _split ? "completion"u8 : "text"u8, Answer(asked, messages[^1].Content, prompt));
            return null;
        }

        Write(line, "prompt"u8, _split ? prompt : null);
        Write(line, "chosen"u8, Answer(asked, preference.Chosen, prompt));
        Write(line, "rejected"u8, Answer(asked, preference.Rejected, prompt));
        return null;
    }

    private static void Write(JsonLine line, ReadOnlySpan<byte> name, string? text)
    {
        if (text is not null)
        {
            line.Name(name);
            line.Text(text);
        }
    }

    /// <summary>What follows the prompt, or the whole text.</summary>
    private string Answer(IReadOnlyList<Message> asked, string answer, string prompt)
    {
        var parts = Template.Render([.. asked, new("assistant", answer)]);
        var text = Text(parts);
        text = parts[^1].IsTemplate ? text[..^parts[^1].Text.Length] + parts[^1].Text.TrimEnd() : text;
        return _split ? text[prompt.Length..] : text;
    }

    private static string Text(IReadOnlyList<PromptPart> parts) => string.Concat(parts.Select(part => part.Text));
}
