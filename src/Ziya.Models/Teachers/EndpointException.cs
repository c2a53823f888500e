using System.Globalization;

namespace Ziya.Models.Teachers;

/// <summary>An endpoint did not answer, or answered that it cannot. The message names no key.</summary>
public sealed class EndpointException : Exception
{
    internal EndpointException(string message, bool isTransient, int status = 0, TimeSpan? retryAfter = null, Exception? inner = null)
        : base(message, inner)
    {
        IsTransient = isTransient;
        Status = status;
        RetryAfter = retryAfter;
    }

    /// <summary>Whether the same request may succeed later.</summary>
    public bool IsTransient { get; }

    /// <summary>HTTP status; 0 where there was none, or where it was 200 and the body is at fault.</summary>
    public int Status { get; }

    /// <summary>How long the endpoint asked to wait.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>Whether every other request would fail in the same way: the key, the address, the model, the account.</summary>
    internal bool ConcernsAll { get; private init; }

    /// <summary>Whether an answer may have been written, and charged for, that did not arrive.</summary>
    internal bool MayHaveCost => Status == 0;

    /// <summary>What an error that the endpoint tells of means, and what to do about it.</summary>
    internal static EndpointException Of(TeacherOptions options, int status, string? code, string said, TimeSpan? retryAfter)
    {
        var what = string.Create(CultureInfo.InvariantCulture, $"{options.Endpoint} answers {status}{(said.Length > 0 ? ": " : "")}{said.TrimEnd('.')}.");
        var advice = status switch
        {
            _ when code is "insufficient_quota" || status == 402 => "There is no credit left: top up the account, then run the job again.",
            401 or 403 => options.KeyEnv is { } variable ? $"Check that the variable {variable} holds a key that is valid there." : "The endpoint wants a key: name its environment variable in 'key_env'.",
            404 or 405 => $"Check 'endpoint', which usually ends in /v1, and that it has the model '{options.Model}'.",
            _ when IsTooLong(code, said) => "The conversation with 'max_tokens' is longer than the model's context: shorten one of them.",
            413 => "The conversation is too long for the endpoint.",
            >= 300 and < 400 => "It sends requests elsewhere: put the new address in 'endpoint'.",
            _ when IsTransientStatus(status) && retryAfter > Longest => "It asks to wait longer than the job can: lower 'requests_per_minute', or run the job again later.",
            _ when IsTransientStatus(status) => "",
            _ => "It does not accept the request: see 'max_tokens_key' and 'extended_sampling' for what servers differ in.",
        };
        var transient = advice.Length == 0;
        return new EndpointException(transient ? what : $"{what} {advice}", transient, status, retryAfter)
        {
            ConcernsAll = code is "insufficient_quota" || status is 401 or 402 or 404 or 405 or (>= 300 and < 400),
        };
    }

    /// <summary>The longest wait that an endpoint can ask for; a quota of a day is not waited for.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);

    private static bool IsTransientStatus(int status) => status is 408 or 409 or 425 or 429 || (status >= 500 && status is not (501 or 505));

    private static bool IsTooLong(string? code, string said) => code == "context_length_exceeded"
        || said.Contains("context length", StringComparison.OrdinalIgnoreCase)
        || said.Contains("maximum context", StringComparison.OrdinalIgnoreCase);
}
