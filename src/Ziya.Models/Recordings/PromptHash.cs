using System.Security.Cryptography;
using System.Text;
using Ziya.Pipeline.Records;

namespace Ziya.Models.Recordings;

/// <summary>By what a recording knows again what was asked.</summary>
internal static class PromptHash
{
    private const int Bytes = 8;

    /// <summary>Of a text, behind another where there is one.</summary>
    public static string Of(string text, string? context) => Of([new("context", context ?? ""), new("text", text)]);

    /// <summary>Of an answer to a conversation.</summary>
    public static string Of(IEnumerable<Message> messages, string answer) => Of(messages.Append(new Message("assistant", answer)));

    /// <summary>The first 16 hexadecimal digits of SHA-256 over the turns; not over sampling and seed, which leave an answer an answer.</summary>
    public static string Of(IEnumerable<Message> messages)
    {
        var text = new StringBuilder();
        foreach (var message in messages)
        {
            text.Append(message.Role).Append('\n').Append(message.Content).Append('\0');
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())).AsSpan(0, Bytes));
    }
}
