using Ziya.Models.Generation;
using Ziya.Pipeline.Records;

namespace Ziya.Models.Prompts;

/// <summary>How a model wants a conversation written. Read from a file of these keys in snake_case; <c>{content}</c> stands for what is said.</summary>
public sealed record PromptTemplate
{
    private const string Content = "{content}";
    private const string SystemMark = "{system}";

    /// <summary>What a text begins with.</summary>
    public string Begin { get; init; } = "";

    /// <summary>Whether <see cref="Begin"/> or the turns write the token that begins a text, so that the tokenizer must not. Default false.</summary>
    public bool HasBos { get; init; }

    /// <summary>A system prompt; without it the template has no place for one, unless <see cref="FirstUser"/> has.</summary>
    public string? System { get; init; }

    /// <summary>The system prompt of conversations without one. Default: none.</summary>
    public string? DefaultSystem { get; init; }

    /// <summary>A turn of the user.</summary>
    public required string User { get; init; }

    /// <summary>The first turn of the user where there is a system prompt, which stands at <c>{system}</c>.</summary>
    public string? FirstUser { get; init; }

    /// <summary>A turn of the assistant; what precedes <c>{content}</c> is what an answer is asked for with.</summary>
    public required string Assistant { get; init; }

    /// <summary>Whether white space around what is said is removed. Default false.</summary>
    public bool Trim { get; init; }

    /// <summary>Most turns of the user. Default: no limit.</summary>
    public int Turns { get; init; } = int.MaxValue;

    /// <summary>Texts that end an answer, beside the model's own end token.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>Most tokens of an answer, as the model's card has it. Default 512.</summary>
    public int MaxTokens { get; init; } = 512;

    /// <summary>How tokens are chosen, as the model's card has it.</summary>
    public Sampling Sampling { get; init; } = new();

    /// <summary>The text that asks for the next turn of the assistant; with the conversation's last turn the assistant's, the whole conversation.</summary>
    /// <exception cref="ArgumentException">The template cannot express the conversation; the message says why.</exception>
    public IReadOnlyList<PromptPart> Render(IReadOnlyList<Message> messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var (system, turns) = Split(messages);
        var parts = new List<PromptPart>();
        Add(parts, Begin);
        if (system is not null && FirstUser is null)
        {
            Fill(parts, System ?? throw new ArgumentException("The template has no place for a system prompt."), system);
        }

        for (var at = 0; at < turns.Count; at++)
        {
            var pattern = at % 2 == 1 ? Assistant : at == 0 && system is not null && FirstUser is not null ? FirstUser : User;
            Fill(parts, pattern, turns[at].Content, system);
        }

        if (turns[^1].Role == "user")
        {
            Add(parts, Assistant[..Assistant.IndexOf(Content, StringComparison.Ordinal)]);
        }

        return parts;
    }

    /// <summary>What is wrong with the template, or null.</summary>
    internal string? Fault() =>
        !User.Contains(Content, StringComparison.Ordinal) || !Assistant.Contains(Content, StringComparison.Ordinal) ? "'user' and 'assistant' need {content}."
        : System?.Contains(Content, StringComparison.Ordinal) == false ? "'system' needs {content}."
        : FirstUser is not null && !(FirstUser.Contains(Content, StringComparison.Ordinal) && FirstUser.Contains(SystemMark, StringComparison.Ordinal)) ? "'first_user' needs {system} and {content}."
        : DefaultSystem is not null && System is null && FirstUser is null ? "'default_system' needs 'system' or 'first_user'."
        : Turns < 1 ? "'turns' is below 1."
        : null;

    private (string? System, List<Message> Turns) Split(IReadOnlyList<Message> messages)
    {
        var system = messages.Count > 0 && messages[0].Role == "system" ? messages[0].Content : DefaultSystem;
        var turns = messages.Skip(messages.Count > 0 && messages[0].Role == "system" ? 1 : 0).ToList();
        if (turns.Count == 0)
        {
            throw new ArgumentException("The conversation has no turn of the user.");
        }

        for (var at = 0; at < turns.Count; at++)
        {
            var expected = at % 2 == 0 ? "user" : "assistant";
            if (turns[at].Role != expected)
            {
                throw new ArgumentException($"Turn {at + 1} is of '{turns[at].Role}', expected '{expected}': user and assistant take turns, after at most one system prompt.");
            }
        }

        var asked = (turns.Count + 1) / 2;
        return asked <= Turns ? (system, turns) : throw new ArgumentException($"The conversation has {asked} turns of the user; the template takes {Turns}.");
    }

    private void Fill(List<PromptPart> parts, string pattern, string content, string? system = null)
    {
        // Marks are looked for in the pattern alone: what is said may hold their names.
        var rest = pattern.AsSpan();
        while (!rest.IsEmpty)
        {
            var at = rest.IndexOf('{');
            var mark = at < 0 ? "" : rest[at..].StartsWith(Content) ? Content : rest[at..].StartsWith(SystemMark) ? SystemMark : "";
            if (mark.Length == 0)
            {
                Add(parts, rest.ToString());
                return;
            }

            Add(parts, rest[..at].ToString());
            var said = mark == Content ? content : system ?? "";
            parts.Add(new PromptPart(Trim ? said.Trim() : said, false));
            rest = rest[(at + mark.Length)..];
        }
    }

    private static void Add(List<PromptPart> parts, string text)
    {
        if (text.Length > 0)
        {
            parts.Add(new PromptPart(text, true));
        }
    }
}
