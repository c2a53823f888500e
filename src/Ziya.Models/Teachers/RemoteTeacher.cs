using System.Text;
using Microsoft.Extensions.AI;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;
using Ziya.Models.Generation;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Jobs;

namespace Ziya.Models.Teachers;

/// <summary>A model behind an endpoint: paced, retried, within its budget.</summary>
/// <remarks>
/// <list type="number">
/// <item>While nobody gets an answer (the circuit is open), a request waits without being counted against.</item>
/// <item>It is sent again after what may be gone later; where the endpoint says when, then. After a permanent error it is not.</item>
/// <item>Each try takes a place among those in flight, sets its greatest cost aside, and waits for its turn of the minute.</item>
/// <item>What every other request would meet too (a key that is not valid, an address that is wrong, no answer for ten minutes) ends the job; it goes on when that is mended.</item>
/// <item>The circuit opens when nine of ten tries in half a minute fail, for ten seconds; the timeout is one try's.</item>
/// </list>
/// </remarks>
public sealed class RemoteTeacher : IGenerator, IModelProgress, IDisposable
{
    private const int MostWaits = 60;

    private static readonly TimeSpan Break = TimeSpan.FromSeconds(10);

    // Chat formats put a few tokens around each turn.
    private const int TokensPerMessage = 16;

    private readonly TeacherOptions _options;
    private readonly IChatClient _client;
    private readonly Pace _pace;
    private readonly SemaphoreSlim _places;
    private readonly ResiliencePipeline _patience;
    private readonly ResiliencePipeline _attempt;
    private long _written;
    private int _asked;
    private volatile string? _trouble;

    /// <summary>A teacher at the endpoint of the options.</summary>
    /// <exception cref="InvalidOperationException">The variable of the key is not set.</exception>
    public RemoteTeacher(TeacherOptions options, TimeProvider time)
        : this(options, new ChatEndpoint(options, time), time)
    {
    }

    /// <summary>A teacher over any chat client: another protocol than OpenAI's, say. Its own retries should be off.</summary>
    public RemoteTeacher(TeacherOptions options, IChatClient client, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _client = client;
        _pace = new Pace(options.RequestsPerMinute, options.TokensPerMinute, time);
        _places = new SemaphoreSlim(options.AtOnce);
        Budget = new Budget(options);
        _patience = Patience(options, time, exception => _trouble = (exception is BrokenCircuitException ? exception.InnerException : exception)?.Message.TrimEnd('.'));
        _attempt = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions
            {
                // 429 says that the endpoint is well.
                ShouldHandle = arguments => ValueTask.FromResult(arguments.Outcome.Exception is TimeoutRejectedException or EndpointException { IsTransient: true, Status: not 429 }),
                FailureRatio = 0.9,
                MinimumThroughput = 10,
                SamplingDuration = TimeSpan.FromSeconds(30),
                BreakDuration = Break,
            })
            .AddTimeout(TimeSpan.FromSeconds(options.TimeoutSeconds))
            .Build();
    }

    /// <inheritdoc/>
    public string Model => _options.Model;

    /// <inheritdoc/>
    public int Width => _options.AtOnce;

    /// <inheritdoc/>
    public long Tokens => Interlocked.Read(ref _written);

    /// <inheritdoc/>
    public string State => _trouble is { } trouble ? $"waits: {trouble}" : Budget.State;

    /// <inheritdoc/>
    public string? Trouble => _trouble;

    /// <inheritdoc/>
    public ModelLoad? Load => new(_options.AtOnce, _options.AtOnce - _places.CurrentCount, Volatile.Read(ref _asked) - (_options.AtOnce - _places.CurrentCount) is > 0 and var waiting ? waiting : 0, null);

    internal Budget Budget { get; }

    /// <inheritdoc/>
    public async Task<Completion> Generate(GenerationRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Nothing is { } nothing)
        {
            return Completion.Failed(Model, nothing);
        }

        var messages = request.Messages.Select(message => new ChatMessage(new ChatRole(message.Role), message.Content)).ToList();
        var options = Options(request);
        var prompt = request.Messages.Sum(message => TokensPerMessage + MostTokens(message.Content));
        Interlocked.Increment(ref _asked);
        try
        {
            return await _patience.ExecuteAsync(async token => await Try(messages, options, prompt, token).ConfigureAwait(false), cancel).ConfigureAwait(false);
        }
        catch (EndpointException exception) when (exception.ConcernsAll)
        {
            throw new JobFailedException(exception.Message.TrimEnd('.'), exception);
        }
        catch (EndpointException exception)
        {
            return Completion.Failed(Model, exception.IsTransient ? $"{exception.Message} Tried {_options.Retries + 1} times." : exception.Message);
        }
        catch (TimeoutRejectedException)
        {
            return Completion.Failed(Model, $"{_options.Endpoint} did not answer within {_options.TimeoutSeconds} s. Tried {_options.Retries + 1} times. Raise 'timeout_seconds', or lower 'max_tokens' or 'at_once'.");
        }
        catch (BrokenCircuitException exception)
        {
            throw new JobFailedException($"{_options.Endpoint} gave no answer for {MostWaits * Break.TotalMinutes:0} minutes: {(exception.InnerException?.Message ?? "it is out of order").TrimEnd('.')}", exception);
        }
        finally
        {
            Interlocked.Decrement(ref _asked);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _client.Dispose();
        _places.Dispose();
    }

    // A token of byte-level and of byte-fallback vocabularies stands for a byte at least.
    private static int MostTokens(string text) => Encoding.UTF8.GetByteCount(text);

    private static ResiliencePipeline Patience(TeacherOptions options, TimeProvider time, Action<Exception?> waits)
    {
        ValueTask Tell(OnRetryArguments<object> arguments)
        {
            waits(arguments.Outcome.Exception);
            return default;
        }

        // 1.
        var builder = new ResiliencePipelineBuilder { TimeProvider = time }.AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = arguments => ValueTask.FromResult(arguments.Outcome.Exception is BrokenCircuitException),
            MaxRetryAttempts = MostWaits,
            Delay = Break,
            OnRetry = Tell,
        });

        // 2.
        return options.Retries == 0 ? builder.Build() : builder.AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = arguments => ValueTask.FromResult(arguments.Outcome.Exception is TimeoutRejectedException or EndpointException { IsTransient: true }),
            MaxRetryAttempts = options.Retries,
            Delay = TimeSpan.FromSeconds(1),
            MaxDelay = TimeSpan.FromMinutes(1),
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            OnRetry = Tell,
            DelayGenerator = arguments => ValueTask.FromResult((arguments.Outcome.Exception as EndpointException)?.RetryAfter is { } wait && wait > TimeSpan.Zero ? (TimeSpan?)wait : null),
        }).Build();
    }

    private async Task<Completion> Try(List<ChatMessage> messages, ChatOptions options, int prompt, CancellationToken cancel)
    {
        // 3.
        var most = options.MaxOutputTokens!.Value;
        await _places.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            await Budget.Reserve(prompt, most, cancel).ConfigureAwait(false);
            var (promptUsed, used) = (0, 0);
            try
            {
                await _pace.Wait(prompt + most, cancel).ConfigureAwait(false);
                (promptUsed, used) = (prompt, most);

                // 4.
                var response = await _attempt.ExecuteAsync(async token => await _client.GetResponseAsync(messages, options, token).ConfigureAwait(false), cancel).ConfigureAwait(false);
                _trouble = null;
                var completion = Read(response, prompt, most);
                (promptUsed, used) = (completion.PromptTokens, completion.CompletionTokens);
                Interlocked.Add(ref _written, used);
                return completion;
            }
            catch (Exception exception) when (exception is BrokenCircuitException or EndpointException { MayHaveCost: false })
            {
                (promptUsed, used) = (0, 0);
                if ((exception as EndpointException)?.RetryAfter is { } wait)
                {
                    _pace.Hold(wait);
                }

                throw;
            }
            finally
            {
                Budget.Settle(prompt, most, promptUsed, used);
                _pace.Return(prompt + most - promptUsed - used);
            }
        }
        finally
        {
            _places.Release();
        }
    }

    private Completion Read(ChatResponse response, int promptAside, int completionAside)
    {
        var text = response.Text;
        var reason = response.FinishReason;
        return new Completion(
            text,
            reason == ChatFinishReason.Length ? Ending.Length : reason == ChatFinishReason.ContentFilter ? Ending.Filtered : Ending.Stop,
            response.ModelId ?? Model)
        {
            // Without usage, what it can have been at most.
            PromptTokens = (int)(response.Usage?.InputTokenCount ?? promptAside),
            CompletionTokens = (int)(response.Usage?.OutputTokenCount ?? Math.Min(completionAside, MostTokens(text))),
        };
    }

    private ChatOptions Options(GenerationRequest request)
    {
        var options = new ChatOptions
        {
            MaxOutputTokens = request.MaxTokens ?? _options.MaxTokens,
            Seed = (long)(request.Seed & long.MaxValue),
            StopSequences = request.Stop.Count > 0 ? [.. request.Stop] : null,
        };
        if (request.Sampling is not { } sampling)
        {
            return options;
        }

        options.Temperature = (float)sampling.Temperature;
        options.TopP = (float)sampling.TopP;
        options.PresencePenalty = sampling.PresencePenalty != 0 ? (float)sampling.PresencePenalty : null;
        if (_options.ExtendedSampling)
        {
            options.TopK = sampling.TopK > 0 ? sampling.TopK : null;
            options.AdditionalProperties = new() { ["min_p"] = sampling.MinP, ["repetition_penalty"] = sampling.RepetitionPenalty };
        }

        return options;
    }
}
