using System.Globalization;
using System.Text.Json.Nodes;
using Ziya.Models.Generation;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;
using Ziya.Synthesis.Prompts;

namespace Ziya.Synthesis.Dialogues;

/// <summary>
/// Makes conversations of several turns: one model writes what the user says next from the conversation so far, another answers, as in Baize (Xu et al. 2023, arXiv:2304.01196) and UltraChat
/// (Ding et al. 2023, arXiv:2305.14233), but with one model a side. Takes instructions, whose text with the input is the first question and whose output, if there is one, the first answer; and
/// dialogues, which go on. Gives dialogues.
/// </summary>
/// <remarks>
/// <list type="number">
/// <item>The system prompt is the record's own or that of the options; before it the persona where the assistant plays it.</item>
/// <item>An answer is asked for whenever the user spoke last. One that is empty, cut, held back by a content filter, a refusal, or the same as before ends the conversation before its question.</item>
/// <item>Until there are `turns` answers, the model of the user is shown the conversation and asked for what the user says next, or `[END]` if nothing is left to ask. What is empty, cut, filtered, an
/// answer of a machine, or was said before ends the conversation.</item>
/// <item>It ends before the exchange by which it would be longer than `max_characters`.</item>
/// <item>A conversation of at least `min_turns` answers goes on, however it ended; others are dropped for what they ended for. Meta keeps the end (`ended`) and under `lineage` models and prompts.</item>
/// </list>
/// </remarks>
[Step("converse")]
public sealed class Converse(ConverseOptions options) : AsyncStep<Record, Dialogue>
{
    private readonly Lazy<PromptBook> _prompts = new(() => new PromptBook(options.Prompts, "converse"));

    /// <inheritdoc/>
    public override IReadOnlyList<RecordKind> Kinds { get; } = [RecordKind.Instruction, RecordKind.Dialogue];

    /// <inheritdoc/>
    public override int Width => Model<IGenerator>(options.Model).Width * Asking.Ahead;

    private string UserModel => options.UserModel ?? options.Model;

    /// <inheritdoc/>
    public override string Version() => _prompts.Value.Version;

    /// <inheritdoc/>
    public override IEnumerable<string> Check()
    {
        if (options.MinTurns > options.Turns)
        {
            yield return "'min_turns' is greater than 'turns': no conversation would be left.";
        }

        foreach (var fault in PromptBook.Fault(() => _prompts.Value))
        {
            yield return fault;
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<ModelUse> Uses(Record record)
    {
        // The prompt of the user's side is of about a hundred and fifty tokens.
        const int Around = 150;
        var talk = Begin(record);
        var before = (double)talk.Messages.Sum(message => ModelUse.Tokens(message.Content));
        for (var answers = talk.Answers; answers < options.Turns; answers++)
        {
            if (answers > talk.Answers || !talk.IsAsked)
            {
                yield return new ModelUse(UserModel, 1, before + Around, options.QuestionTokens);
                before += options.QuestionTokens;
            }

            yield return new ModelUse(options.Model, 1, before, options.AnswerTokens);
            before = Math.Min(before + options.AnswerTokens, options.MaxCharacters);
        }
    }

    /// <inheritdoc/>
    public override Record Foresee(Record record)
    {
        var talk = Begin(record);
        while (talk.Answers < options.Turns)
        {
            talk.Say(talk.IsAsked ? "assistant" : "user", ModelUse.StandIn(talk.IsAsked ? options.AnswerTokens : options.QuestionTokens));
        }

        return new Dialogue { Id = record.Id, Messages = [.. talk.Messages] };
    }

    /// <inheritdoc/>
    public override async Task<Verdict<Dialogue>> Apply(Record record, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(record);
        var talk = Begin(record);
        var (end, reply) = ("turns", "");
        while (talk.Answers < options.Turns || talk.IsAsked)
        {
            if (!talk.IsAsked)
            {
                // 3.
                (var question, reply, var over) = await Question(record, talk, cancel).ConfigureAwait(false);
                if (over is not null)
                {
                    end = over;
                    break;
                }

                talk.Say("user", question);
            }

            // 2.
            (var answer, reply, var fault) = await Answer(record, talk, cancel).ConfigureAwait(false);

            // 4.
            fault ??= talk.Characters + answer.Length > options.MaxCharacters ? "too_long" : null;
            if (fault is not null)
            {
                talk.TakeBack();
                end = fault;
                break;
            }

            talk.Say("assistant", answer);
        }

        // 5.
        return talk.Answers < options.MinTurns || talk.Answers == 0
            ? new Drop(end, new JsonObject { ["answers"] = talk.Answers, ["reply"] = reply })
            : Written(record, talk, end);
    }

    private Talk Begin(Record record)
    {
        // 1.
        var dialogue = record as Dialogue;
        var instruction = record as Instruction;
        var turns = dialogue?.Messages.Where(message => message.Role != "system") ??
            [new("user", instruction!.Said()), .. string.IsNullOrWhiteSpace(instruction!.Output) ? Array.Empty<Message>() : [new("assistant", instruction.Output)]];
        var system = dialogue?.Messages.FirstOrDefault(message => message.Role == "system")?.Content ?? instruction?.System ?? options.System;
        if (options.PersonaOf == "assistant" && Persona(record) is { } persona)
        {
            var role = _prompts.Value.For(record, "converse/role").Fill(("persona", persona));
            system = system is null || system.Contains(role, StringComparison.Ordinal) ? system ?? role : $"{role}\n{system}";
        }

        return new Talk(system is null ? turns : turns.Prepend(new Message("system", system)));
    }

    private string? Persona(Record record) => options.Persona is { } persona && persona.StartsWith("meta.", StringComparison.Ordinal) ? RecordField.GetText(record, persona) : options.Persona;

    private async Task<(string Text, string Reply, string? End)> Question(Record record, Talk talk, CancellationToken cancel)
    {
        var persona = options.PersonaOf == "user" ? Persona(record) : null;
        var prompt = _prompts.Value.For(record, persona is null ? "converse/user" : "converse/user_persona");
        var said = prompt.Fill(("conversation", talk.Written(PromptBook.LanguageOf(record))), ("persona", persona ?? ""));
        var request = Asking.Say(prompt.System, said) with { Sampling = options.Sampling, MaxTokens = options.QuestionTokens, Seed = Draw(record, talk, "user") };
        var completion = await Model<IGenerator>(UserModel).Ask(UserModel, For(record.Id, Turn("user", talk)), request, cancel).ConfigureAwait(false);
        talk.UserModel = completion.Model;
        var question = Talk.Question(completion.Text);
        return (question, completion.Text, Talk.IsOver(question) ? "nothing_more" : Fault(completion, talk, "user", question));
    }

    private async Task<(string Text, string Reply, string? Fault)> Answer(Record record, Talk talk, CancellationToken cancel)
    {
        var request = new GenerationRequest([.. talk.Messages]) { Sampling = options.Sampling, MaxTokens = options.AnswerTokens, Seed = Draw(record, talk, "assistant") };
        var completion = await Model<IGenerator>(options.Model).Ask(options.Model, For(record.Id, Turn("assistant", talk)), request, cancel).ConfigureAwait(false);
        talk.Model = completion.Model;
        var answer = completion.Text.Trim();
        return (answer, completion.Text, Fault(completion, talk, "assistant", answer));
    }

    private string? Fault(Completion completion, Talk talk, string role, string text) =>
        completion.Ending == Ending.Filtered ? "filtered"
        : completion.Ending == Ending.Length && !options.KeepTruncated ? "truncated"
        : !text.Any(char.IsLetterOrDigit) ? "empty"
        : talk.Repeats(role, text) ? "repetition"
        : talk.Refuses(text) ? "refusal"
        : null;

    /// <summary>Which turn of its side is asked for, those that the record brings counted.</summary>
    private static string Turn(string role, Talk talk) => string.Create(CultureInfo.InvariantCulture, $"{role} turn {talk.Messages.Count(message => message.Role == role) + 1}");

    private ulong Draw(Record record, Talk talk, string role) => Asking.Draw(Seed, record.Id, string.Create(CultureInfo.InvariantCulture, $"converse {role} {talk.Messages.Count}"));

    private Dialogue Written(Record record, Talk talk, string end)
    {
        var instruction = record as Instruction;
        var prompt = _prompts.Value.For(record, options.PersonaOf == "user" && Persona(record) is not null ? "converse/user_persona" : "converse/user");
        var lineage = (instruction?.Lineage ?? Fields.Empty).With("model", talk.Model ?? options.Model).With("user_model", talk.UserModel ?? UserModel).With("prompt", string.Create(CultureInfo.InvariantCulture, $"{prompt.Name} v{prompt.Version}"));
        return new Dialogue
        {
            Id = record.Id,
            Source = record.Source,
            Language = record.Language,
            Meta = (instruction?.Task is { } task ? record.Meta.With("task", task) : record.Meta).With("ended", end).WithObject("lineage", lineage),
            Scores = record.Scores,
            Bucket = record.Bucket,
            Messages = [.. talk.Messages],
        };
    }
}
