using Azure;
using Azure.Identity;
using Azure.Storage.Blobs.Models;
using Polly;
using Polly.Retry;

namespace Ziya.Pipeline.Storage;

/// <summary>
/// Turns what the client library throws into the exceptions of files, which the pipeline knows how to tell and when to retry, and waits for a store that is
/// away longer than the library itself waits. Everything asked of a blob is the same when asked twice, so all of it can be retried.
/// </summary>
internal sealed class BlobFaults(TimeProvider time)
{
    private const int MostRetries = 5;

    private readonly ResiliencePipeline _retries = new ResiliencePipelineBuilder { TimeProvider = time }
        .AddRetry(new RetryStrategyOptions
        {
            // Outages of a minute: a service that restarts, a network that comes back, tokens that were refused while a role spread.
            ShouldHandle = new PredicateBuilder().Handle<StoreAwayException>(),
            MaxRetryAttempts = MostRetries,
            Delay = TimeSpan.FromSeconds(1),
            BackoffType = DelayBackoffType.Exponential,
            MaxDelay = TimeSpan.FromSeconds(20),
            UseJitter = true,
        })
        .Build();

    /// <summary>Asks, and asks again while the store is away.</summary>
    /// <param name="place">What is asked about, for messages.</param>
    /// <param name="call">The call.</param>
    public T Ask<T>(string place, Func<T> call) => _retries.Execute(() =>
    {
        try
        {
            return call();
        }
        catch (Exception exception) when (Translate(place, exception) is { } fault)
        {
            throw fault;
        }
    });

    private static Exception? Translate(string place, Exception exception) => exception switch
    {
        RequestFailedException failed => Translate(place, failed),

        // The library's own retries are used up; it may also give up by the timeout of one try, which nobody here cancels.
        AggregateException { InnerExceptions: [.., var last] } => Translate(place, last),
        OperationCanceledException or IOException or HttpRequestException => new StoreAwayException($"{place}: no answer ({exception.Message})", exception),
        CredentialUnavailableException => new UnauthorizedAccessException($"{place}: no identity is signed in ({FirstLine(exception)})", exception),
        AuthenticationFailedException => new StoreAwayException($"{place}: signing in failed ({FirstLine(exception)})", exception),
        _ => null,
    };

    private static Exception Translate(string place, RequestFailedException failed) => failed.Status switch
    {
        404 when failed.ErrorCode == BlobErrorCode.ContainerNotFound => new DirectoryNotFoundException(
            $"{place}: the container does not exist. Create it, for instance with: az storage container create --name NAME", failed),
        404 => new FileNotFoundException($"{place} does not exist", failed),
        401 or 403 => new UnauthorizedAccessException(
            $"{place}: access denied ({failed.ErrorCode}). Reading needs the role Storage Blob Data Reader, writing Storage Blob Data Contributor, or a SAS that allows them.", failed),
        412 => new IOException($"{place} was changed while it was being read", failed),
        0 or 408 or 429 or >= 500 => new StoreAwayException($"{place}: {(failed.Status == 0 ? "no connection" : $"{failed.Status} {failed.ErrorCode}")} ({FirstLine(failed)})", failed),
        _ => new IOException($"{place}: {failed.Status} {failed.ErrorCode} ({FirstLine(failed)})", failed),
    };

    private static string FirstLine(Exception exception) => exception.Message.Split('\n')[0].Trim();
}
