using Ziya.Pipeline.Records;

namespace Ziya.Pipeline.Writing;

/// <summary>A record as the turns of a conversation, which is what formats for training have in common.</summary>
internal readonly struct Conversation
{
    private Conversation(string? fault, string? system, IReadOnlyList<Message> turns)
    {
        Fault = fault;
        System = string.IsNullOrEmpty(system) ? null : system;
        Turns = turns;
    }

    /// <summary>Why the record is no conversation with an answer: <c>no_answer</c>, <c>no_question</c>, <c>turns_out_of_order</c>; null where it is one.</summary>
    public string? Fault { get; }

    /// <summary>The system prompt, if there is one.</summary>
    public string? System { get; }

    /// <summary>User and assistant in turns, the assistant's last; of a preference the question alone.</summary>
    public IReadOnlyList<Message> Turns { get; }

    /// <summary>The system prompt, where there is one, and the turns.</summary>
    public IReadOnlyList<Message> Messages => System is null ? Turns : [new Message("system", System), .. Turns];

    /// <summary>The conversation of a record.</summary>
    public static Conversation Of(Record record) => record switch
    {
        Instruction { Output: null or "" } => new("no_answer", null, []),
        Instruction instruction => new(null, instruction.System, [new("user", Question(instruction)), new("assistant", instruction.Output)]),
        Dialogue dialogue => Of(dialogue.Messages),
        Preference { Chosen: "" } => new("no_answer", null, []),
        Preference preference => new(null, preference.System, [new("user", preference.Prompt)]),
        _ => throw new ArgumentException($"A {record.Kind} is no conversation.", nameof(record)),
    };

    /// <summary>What is asked: the instruction, and below it the input where there is one.</summary>
    public static string Question(Instruction record) => string.IsNullOrEmpty(record.Input) ? record.Text : $"{record.Text}\n{record.Input}";

    private static Conversation Of(IReadOnlyList<Message> messages)
    {
        var system = messages is [{ Role: "system" } first, ..] ? first.Content : null;
        Message[] turns = [.. messages.Skip(system is null ? 0 : 1)];
        var inOrder = !turns.Where((turn, at) => turn.Role != (at % 2 == 0 ? "user" : "assistant")).Any();
        return turns.Length == 0 ? new("no_question", null, [])
            : !inOrder ? new("turns_out_of_order", null, [])
            : turns.Length % 2 == 1 || turns[^1].Content.Length == 0 ? new("no_answer", null, [])
            : new(null, system, turns);
    }
}
