using System.Security.Cryptography;
using System.Text;

namespace Ziya.Server;

/// <summary>A key that lets somebody in.</summary>
/// <param name="Name">Who it is, for the audit log.</param>
/// <param name="IsOperator">Whether they may start and stop runs; others may look.</param>
/// <param name="Hash">SHA-256 of the key: the key itself is not kept.</param>
public sealed record ApiKey(string Name, bool IsOperator, byte[] Hash)
{
    /// <summary>The environment variable that holds them.</summary>
    public const string Variable = "ZIYA_API_KEYS";

    private const int Shortest = 16;

    /// <summary>Keys as the variable lists them: <c>NAME:ROLE:KEY</c>, between spaces, commas or lines.</summary>
    /// <exception cref="FormatException">One is not of that form; the message does not repeat it.</exception>
    public static IReadOnlyList<ApiKey> Parse(string? text) =>
        [.. (text ?? "").Split([' ', ',', '\n', '\r', '\t'], StringSplitOptions.RemoveEmptyEntries).Select((entry, at) => One(entry, at + 1))];

    /// <summary>The key that this is.</summary>
    public static ApiKey? Find(IReadOnlyList<ApiKey> keys, string given)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(given));
        ApiKey? found = null;
        foreach (var key in keys)
        {
            // All are compared, in constant time: how long it takes tells nothing.
            found = CryptographicOperations.FixedTimeEquals(key.Hash, hash) ? key : found;
        }

        return found;
    }

    private static ApiKey One(string entry, int number)
    {
        var parts = entry.Split(':', 3);
        return parts is [{ Length: > 0 } name, "viewer" or "operator", { Length: >= Shortest } key]
            ? new ApiKey(name, parts[1] == "operator", SHA256.HashData(Encoding.UTF8.GetBytes(key)))
            : throw new FormatException($"{Variable}: entry {number} is not NAME:ROLE:KEY with role viewer or operator and a key of at least {Shortest} characters.");
    }
}
