namespace Ziya.Models.Teachers;

/// <summary>Spreads requests and tokens evenly over the minute, and holds everybody back when the endpoint asks to wait.</summary>
/// <remarks>
/// Virtual scheduling, as the generic cell rate algorithm of ITU-T I.371 has it: each request moves the earliest time of the next one on by what it takes
/// of a minute. What was reserved and not used moves it back.
/// </remarks>
internal sealed class Pace(double? requestsPerMinute, double? tokensPerMinute, TimeProvider time)
{
    private readonly Lock _lock = new();
    private DateTimeOffset _nextRequest;
    private DateTimeOffset _nextTokens;
    private DateTimeOffset _notBefore;

    /// <summary>Waits until a request of so many tokens may go.</summary>
    public async Task Wait(int tokens, CancellationToken cancel)
    {
        var at = Reserve(tokens);
        for (var wait = at - time.GetUtcNow(); wait > TimeSpan.Zero; wait = Later(at) - time.GetUtcNow())
        {
            await Task.Delay(wait, time, cancel).ConfigureAwait(false);
        }
    }

    /// <summary>Gives back what a request reserved and did not use.</summary>
    public void Return(int tokens)
    {
        lock (_lock)
        {
            _nextTokens -= Share(tokens, tokensPerMinute);
        }
    }

    /// <summary>Nobody sends for so long.</summary>
    public void Hold(TimeSpan wait)
    {
        lock (_lock)
        {
            var until = time.GetUtcNow() + wait;
            _notBefore = until > _notBefore ? until : _notBefore;
        }
    }

    private DateTimeOffset Reserve(int tokens)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            _nextRequest = Latest(now, _nextRequest);
            _nextTokens = Latest(now, _nextTokens);
            var at = Latest(Latest(_nextRequest, _nextTokens), _notBefore);
            _nextRequest += Share(1, requestsPerMinute);
            _nextTokens += Share(tokens, tokensPerMinute);
            return at;
        }
    }

    private DateTimeOffset Later(DateTimeOffset at)
    {
        lock (_lock)
        {
            return Latest(at, _notBefore);
        }
    }

    private static TimeSpan Share(double amount, double? perMinute) => perMinute is { } limit ? TimeSpan.FromMinutes(amount / limit) : TimeSpan.Zero;

    private static DateTimeOffset Latest(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}
