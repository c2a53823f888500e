using System.Collections.Concurrent;
using System.Text;

namespace Ziya.Pipeline.Steps;

/// <summary>What a step asks of a model, for estimates.</summary>
/// <param name="Model">The model, by its name in the job.</param>
/// <param name="Requests">Requests.</param>
/// <param name="PromptTokens">Tokens of their prompts, about.</param>
/// <param name="CompletionTokens">Tokens of the answers, at most.</param>
public sealed record ModelUse(string Model, double Requests, double PromptTokens, double CompletionTokens)
{
    private static readonly ConcurrentDictionary<int, string> StandIns = new();

    /// <summary>Tokens of an answer where neither the job nor the step bounds them.</summary>
    public const int UsualTokens = 512;

    /// <summary>The same for so many records.</summary>
    public ModelUse Times(double count) => this with { Requests = Requests * count, PromptTokens = PromptTokens * count, CompletionTokens = CompletionTokens * count };

    /// <summary>A text of so many tokens, in the place of one that is not written yet.</summary>
    public static string StandIn(double tokens) => StandIns.GetOrAdd((int)tokens, length => new string('字', length));

    /// <summary>Tokens of a text, about: four bytes each of English, a Chinese character each, as vocabularies made for both have it.</summary>
    public static double Tokens(string? text)
    {
        const double BytesPerToken = 4;
        const double ExtraBytesPerCharacter = 2;
        var (bytes, length) = (Encoding.UTF8.GetByteCount(text ?? ""), text?.Length ?? 0);

        // What UTF-8 takes beyond a byte a character is two for each Chinese one, which then counts for four.
        var wide = Math.Min(length, (bytes - length) / ExtraBytesPerCharacter);
        return wide + ((length - wide) / BytesPerToken);
    }
}
