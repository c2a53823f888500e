using System.Text;
using Ziya.Pipeline.Records;
using Ziya.Synthesis.Prompts;
using Ziya.Synthesis.Selection;

namespace Ziya.Synthesis.Dialogues;

/// <summary>A conversation as it grows.</summary>
internal sealed class Talk(IEnumerable<Message> messages)
{
    private readonly List<Message> _messages = [.. messages];

    /// <summary>The turns.</summary>
    public IReadOnlyList<Message> Messages => _messages;

    /// <summary>Answers of the assistant.</summary>
    public int Answers => _messages.Count(message => message.Role == "assistant");

    /// <summary>Whether the user waits for an answer.</summary>
    public bool IsAsked => _messages is [.., { Role: "user" }];

    /// <summary>Characters of all turns.</summary>
    public int Characters => _messages.Sum(message => message.Content.Length);

    /// <summary>Who answered last; null before.</summary>
    public string? Model { get; set; }

    /// <summary>Who asked last; null before.</summary>
    public string? UserModel { get; set; }

    /// <summary>Goes on.</summary>
    public void Say(string role, string content) => _messages.Add(new Message(role, content));

    /// <summary>Takes back a question that found no answer.</summary>
    public void TakeBack() => _messages.RemoveAt(_messages.Count - 1);

    /// <summary>Whether the same side has said this before, whatever the case, spaces and punctuation.</summary>
    public bool Repeats(string role, string content)
    {
        var said = Bare(content);
        return _messages.Any(message => message.Role == role && Bare(message.Content) == said);
    }

    /// <summary>Whether this, to the last question, says that a machine answers or that it will not.</summary>
    public bool Refuses(string content) =>
        new RefusalRule().Of(new AnswerView(new QuestionView(_messages.LastOrDefault(message => message.Role == "user")?.Content ?? ""), content)) == 0;

    /// <summary>The conversation to read, without the system prompt.</summary>
    public string Written(string language)
    {
        var (user, assistant) = language == "zh" ? ("用户：", "助手：") : ("User: ", "Assistant: ");
        return string.Join("\n\n", _messages.Where(message => message.Role != "system").Select(message => (message.Role == "user" ? user : assistant) + message.Content));
    }

    /// <summary>What a model that plays the user wrote, without the name of the speaker before it, quotes around it, and what it made up as the assistant's answer.</summary>
    public static string Question(string reply)
    {
        var text = Reply.Bare(reply);
        foreach (var name in Names)
        {
            text = text.StartsWith(name, StringComparison.OrdinalIgnoreCase) ? text[name.Length..].TrimStart() : text;
        }

        var answer = Answered.Select(name => text.IndexOf("\n" + name, StringComparison.OrdinalIgnoreCase)).Where(at => at >= 0).DefaultIfEmpty(text.Length).Min();
        return Reply.Bare(text[..answer].TrimEnd());
    }

    /// <summary>Whether the user has nothing more to ask.</summary>
    public static bool IsOver(string question) => question.Contains("[END]", StringComparison.OrdinalIgnoreCase) || question.Contains("【结束】", StringComparison.Ordinal) || question.Contains("[结束]", StringComparison.Ordinal);

    private static readonly string[] Names = ["用户：", "用户:", "User:", "**User:**", "**用户：**", "Human:"];
    private static readonly string[] Answered = ["助手：", "助手:", "Assistant:", "**Assistant:**", "**助手：**"];

    private static string Bare(string text)
    {
        var bare = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            _ = char.IsLetterOrDigit(c) ? bare.Append(char.ToLowerInvariant(c)) : bare;
        }

        return bare.ToString();
    }
}
