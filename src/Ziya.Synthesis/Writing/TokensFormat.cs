using Ziya.Models.Prompts;
using Ziya.Models.Tokenization;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Writing;

namespace Ziya.Synthesis.Writing;

/// <summary>
/// Tokens for training, shuffled over all records, in the files that Megatron-LM maps into memory: of documents their text, of instructions and dialogues the conversation in a prompt template with a mask of
/// what is learned.
/// </summary>
/// <remarks>
/// As Ziya's own fine-tuning has it (Fengshenbang-LM, finetune_ziya_llama.py), each question with all up to <c>&lt;bot&gt;:</c> and each answer is encoded by itself, the token that ends a text stands behind each
/// answer, and white space that the template writes behind an answer is left out. Where the template ends an answer with a token of its own, that one is learned instead, and the token that ends a text stands at
/// the end alone.
/// </remarks>
[OutputFormat("tokens")]
internal sealed class TokensFormat(OutputOptions options) : TokenFormat
{
    private const string DefaultTemplate = "ziya2";
    private const string Content = "{content}";

    private readonly TokenBuffer _ids = new();
    private ModelTokenizer? _tokenizer;
    private PromptTemplate? _template;
    private TokenFileInfo? _info;

    /// <inheritdoc/>
    public override IReadOnlyList<RecordKind> Kinds { get; } = [RecordKind.Document, RecordKind.Instruction, RecordKind.Dialogue];

    /// <inheritdoc/>
    public override bool HasTemplate => true;

    /// <inheritdoc/>
    public override bool HasTokens => true;

    /// <inheritdoc/>
    public override TokenFileInfo Info => _info ??= new TokenFileInfo(
        Tokens.Tokenizer, Tokenizer.Size, Tokens.Eos ? Tokenizer.EosId : null, Tokens.Context, Tokens.Context is null ? null : Tokens.Packing, Tokens.LossMask);

    private TokenOptions Tokens => options.Tokens!;

    private string TemplateName => options.Template ?? DefaultTemplate;

    private ModelTokenizer Tokenizer => _tokenizer ??= ModelTokenizer.Load(Tokens.Tokenizer);

    /// <summary>What the template writes behind an answer.</summary>
    private string Ending => Template.Assistant[(Template.Assistant.IndexOf(Content, StringComparison.Ordinal) + Content.Length)..];

    private PromptTemplate Template => _template ??= PromptTemplates.Load(TemplateName);

    /// <inheritdoc/>
    public override string? TemplateFault() => Fault(() => PromptTemplates.Load(TemplateName));

    /// <inheritdoc/>
    public override IEnumerable<string> Faults()
    {
        if (options.Tokens is null)
        {
            yield return "format 'tokens' needs to know whose tokens: tokens: { tokenizer: models/ziya2-13b-chat }.";
        }
        else if (Fault(() => _ = Tokenizer) is { } fault)
        {
            yield return fault;
        }
        else
        {
            if (Tokens.Eos && Tokenizer.EosId is null)
            {
                yield return $"{Tokens.Tokenizer} names no token that ends a text: say 'eos: false', or give the model's folder, whose tokenizer_config.json names it.";
            }

            if (Tokens.Bos && Tokenizer.BosId is null)
            {
                yield return $"{Tokens.Tokenizer} names no token that begins a text: leave out 'bos'.";
            }
        }
    }

    /// <inheritdoc/>
    public override string Version() => options.Tokens is null ? ""
        : ModelTokenizer.VersionOf(Tokens.Tokenizer) + (PromptTemplates.Names.Contains(TemplateName) || !File.Exists(TemplateName) ? "" : File.ReadAllText(TemplateName));

    /// <inheritdoc/>
    public override bool HasMask(RecordKind kind) => Tokens.LossMask && kind != RecordKind.Document;

    /// <inheritdoc/>
    public override string? Tokenize(Record record, TokenRow row)
    {
        if (Tokens.Bos && (record is Document || !Template.HasBos))
        {
            row.Add(Tokenizer.BosId!.Value, record is Document);
        }

        if (record is Document document)
        {
            _ids.Clear();
            Tokenizer.Encode(document.Text, _ids);
            row.Add(_ids.Ids, true);
        }
        else if (Conversation.Of(record) is var conversation && conversation.Fault is { } fault)
        {
            return fault;
        }
        else if (!TryAdd(conversation.Messages, row))
        {
            return "not_in_template";
        }

        if (Tokens.Eos && (record is Document || row.Ids[^1] != Tokenizer.EosId))
        {
            row.Add(Tokenizer.EosId!.Value, true);
        }

        return null;
    }

    /// <summary>Adds a conversation, question and answer by turns; false where the template has no place for it.</summary>
    private bool TryAdd(IReadOnlyList<Message> messages, TokenRow row)
    {
        IReadOnlyList<PromptPart> all;
        try
        {
            all = Template.Render(messages);
        }
        catch (ArgumentException)
        {
            return false;
        }

        // A default system prompt is said first, and is no message.
        var said = messages.Count - all.Count(part => !part.IsTemplate);
        var asked = new List<PromptPart>();
        for (var at = 0; at < all.Count; at++)
        {
            if (all[at].IsTemplate || said++ < 0 || messages[said - 1].Role != "assistant")
            {
                asked.Add(all[at]);
                continue;
            }

            Add(asked, row, false);
            asked.Clear();
            AddAnswer(all[at], row);
            if (Ending.Length > 0)
            {
                // Its own end is learned; what white space follows begins the next question, if there is one.
                at++;
                asked.AddRange(Ending.TrimEnd().Length > 0 && said < messages.Count ? [new PromptPart(Ending[Ending.TrimEnd().Length..], true)] : []);
            }
        }

        return true;
    }

    private void AddAnswer(PromptPart answer, TokenRow row)
    {
        var end = Ending.TrimEnd();
        Add(end.Length == 0 ? [answer] : [answer, new PromptPart(end, true)], row, true);
        if (end.Length == 0 && Tokens.Eos)
        {
            row.Add(Tokenizer.EosId!.Value, true);
        }
    }

    private void Add(IReadOnlyList<PromptPart> parts, TokenRow row, bool learned)
    {
        _ids.Clear();
        Tokenizer.Encode(parts, _ids, false);
        row.Add(_ids.Ids, learned);
    }

    private static string? Fault(Action load)
    {
        try
        {
            load();
            return null;
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return exception.Message;
        }
    }
}
