using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Ziya.Models.Teachers;

/// <summary>
/// Chat completions over HTTP, one request a call. Written against the wire rather than over a client library: servers that are compatible with OpenAI answer
/// 200 with an error in it, pages of HTML, or without usage, and a client made for OpenAI's own server tells none of this apart, retries
/// by rules of its own and cannot send what other servers know beside.
/// </summary>
internal sealed class ChatEndpoint : IChatClient
{
    // An answer of a million tokens is about 4 MB.
    private const int MaxAnswerBytes = 64 << 20;

    private readonly TeacherOptions _options;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;
    private readonly Uri _address;
    private readonly string? _key;

    public ChatEndpoint(TeacherOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _key = options.ReadKey();
        var given = new UriBuilder(options.Endpoint);
        given.Path = given.Path.TrimEnd('/') + "/chat/completions";
        _address = given.Uri;

        // Following a redirect would carry the conversation, and perhaps the key, to somebody else.
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.All,
            MaxConnectionsPerServer = options.AtOnce,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            // What does not even take a connection is told of while somebody still looks.
            ConnectTimeout = TimeSpan.FromSeconds(10),
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = MaxAnswerBytes,
        };
    }

    /// <inheritdoc/>
    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _address)
        {
            Content = new ByteArrayContent(ChatWire.Request(_options, messages, options ?? new ChatOptions())) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
        };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (_key is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _key);
        }

        try
        {
            using var response = await _http.SendAsync(request, cancellationToken).ConfigureAwait(false);
            var body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
            return Read(response, body);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw new EndpointException($"{_options.Endpoint} does not answer: {Redact(exception.Message.TrimEnd('.'))}.", true, inner: exception);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        // Nobody reads along in bulk work: the answer comes whole.
        var response = await GetResponseAsync(messages, options, cancellationToken).ConfigureAwait(false);
        foreach (var update in response.ToChatResponseUpdates())
        {
            yield return update;
        }
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null) => serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private ChatResponse Read(HttpResponseMessage response, byte[] body)
    {
        var status = (int)response.StatusCode;
        var wait = response.Headers.RetryAfter is { } after ? after.Delta ?? after.Date - _time.GetUtcNow() : null;
        try
        {
            using var document = JsonDocument.Parse(body);
            if (ChatWire.Error(document.RootElement) is { } error)
            {
                // Some servers answer 200 and put the status into the error.
                var told = response.IsSuccessStatusCode ? error.Status ?? 500 : status;
                throw EndpointException.Of(_options, told, error.Code, Redact(error.Message), wait);
            }

            if (response.IsSuccessStatusCode)
            {
                return ChatWire.Answer(document.RootElement);
            }

            throw EndpointException.Of(_options, status, null, Redact(ChatWire.Excerpt(body)), wait);
        }
        catch (Exception exception) when (exception is JsonException or InvalidDataException)
        {
            if (!response.IsSuccessStatusCode)
            {
                throw EndpointException.Of(_options, status, null, Redact(ChatWire.Excerpt(body)), wait);
            }

            var type = response.Content.Headers.ContentType?.MediaType ?? "nothing known";
            throw new EndpointException($"{_options.Endpoint} answers 200 with {type} that is no completion ({exception.Message.TrimEnd('.')}): {Redact(ChatWire.Excerpt(body))}. "
                + "Check that 'endpoint' is the address of the API, which usually ends in /v1.", true);
        }
    }

    /// <summary>Servers quote the key they refuse.</summary>
    private string Redact(string text) => _key is null ? text : text.Replace(_key, "***", StringComparison.Ordinal);
}
