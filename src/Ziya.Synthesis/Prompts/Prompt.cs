using System.Text;

namespace Ziya.Synthesis.Prompts;

/// <summary>What a model is told to do, with places for what it is told about.</summary>
public sealed record Prompt
{
    /// <summary>Counted up whenever the text changes; written into the lineage of what is made with it.</summary>
    public required int Version { get; init; }

    /// <summary>The system prompt. Default none.</summary>
    public string? System { get; init; }

    /// <summary>What is said to the model; <c>{name}</c> is filled in, where the step knows that name.</summary>
    public required string User { get; init; }

    /// <summary>Its name and language, such as <c>evolve/deepen.zh</c>.</summary>
    internal string Name { get; init; } = "";

    /// <summary>The text with its places filled. What is filled in is not looked through again: it may hold braces of its own.</summary>
    public string Fill(params ReadOnlySpan<(string Name, string Value)> values)
    {
        var text = new StringBuilder();
        var rest = User.AsSpan();
        while (!rest.IsEmpty)
        {
            var at = rest.IndexOf('{');
            if (at < 0)
            {
                break;
            }

            text.Append(rest[..at]);
            rest = rest[at..];
            var length = 1;
            foreach (var (name, value) in values)
            {
                if (rest[1..].StartsWith(name) && rest.Length > name.Length + 1 && rest[name.Length + 1] == '}')
                {
                    text.Append(value);
                    length = 0;
                    rest = rest[(name.Length + 2)..];
                    break;
                }
            }

            text.Append(rest[..length]);
            rest = rest[length..];
        }

        return text.Append(rest).ToString().TrimEnd();
    }
}
