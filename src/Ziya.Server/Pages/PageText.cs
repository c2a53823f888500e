using System.Buffers;
using System.Collections.Concurrent;
using System.IO.Hashing;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Ziya.Server;

/// <summary>A page, the same for all who may see the same: whose it is, and what their forms carry, is put in when it is sent.</summary>
/// <param name="text">The page with places for those.</param>
/// <param name="status">The status.</param>
internal sealed class PageText(string text, int status) : IResult
{
    // No text of a record can be one of these by design.
    private static readonly string Token = "token-" + Guid.NewGuid().ToString("N");
    private static readonly string Name = "name-" + Guid.NewGuid().ToString("N");

    // Cut at those places: the rest is sent as it is to everybody.
    private readonly byte[][] _pieces = [.. text.Split([Token, Name], StringSplitOptions.None).Select(Encoding.UTF8.GetBytes)];
    private readonly bool[] _isToken = [.. Places(text)];
    private readonly string _tag = $"\"{XxHash3.HashToUInt64(MemoryMarshal.AsBytes(text.AsSpan())):x16}\"";

    /// <summary>Whether everything is as it should be.</summary>
    public bool IsFine => status == StatusCodes.Status200OK;

    /// <summary>Where the name of the visitor goes.</summary>
    public static string NamePlace => Name;

    /// <summary>Where the token of a form goes.</summary>
    public static string TokenPlace => Token;

    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        // The script that follows a page says what it has seen: what is still so is not sent again.
        var (request, response) = (httpContext.Request, httpContext.Response);
        if (IsFine && request.Headers.IfNoneMatch == new StringValues(_tag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        (response.StatusCode, response.ContentType, response.Headers.ETag) = (status, "text/html; charset=utf-8", _tag);
        var token = Array.IndexOf(_isToken, true) < 0 ? "" : ((IAntiforgery)httpContext.RequestServices.GetService(typeof(IAntiforgery))!).GetAndStoreTokens(httpContext).RequestToken;
        var name = WebUtility.HtmlEncode(httpContext.User.Identity?.Name) ?? "";
        response.BodyWriter.Write(_pieces[0]);
        for (var place = 0; place < _isToken.Length; place++)
        {
            response.BodyWriter.Write(Encoding.UTF8.GetBytes(_isToken[place] ? token! : name));
            response.BodyWriter.Write(_pieces[place + 1]);
        }

        await response.BodyWriter.FlushAsync(httpContext.RequestAborted);
    }

    private static IEnumerable<bool> Places(string text)
    {
        for (var at = 0; ;)
        {
            var (token, name) = (text.IndexOf(Token, at, StringComparison.Ordinal), text.IndexOf(Name, at, StringComparison.Ordinal));
            if (token < 0 && name < 0)
            {
                yield break;
            }

            var isToken = name < 0 || (token >= 0 && token < name);
            yield return isToken;
            at = isToken ? token + Token.Length : name + Name.Length;
        }
    }
}

/// <summary>Pages that many follow are made once a second for all of them.</summary>
internal sealed class PageCache(RunShelf runs, TimeProvider time)
{
    private const int Most = 200;

    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, Lazy<(DateTimeOffset At, IResult Page)>> _kept = new();

    /// <summary>The page of an address as it was at most a second ago; made anew after a verb.</summary>
    public IResult Get(HttpContext context, Func<IResult> make)
    {
        var key = $"{runs.Verbs} {Layout.IsOperator(context)} {Layout.IsSignedIn(context)} {context.Request.Path}{context.Request.QueryString}";
        if (_kept.TryGetValue(key, out var kept) && (!kept.IsValueCreated || time.GetUtcNow() - kept.Value.At <= Fresh))
        {
            return kept.Value.Page;
        }

        if (_kept.Count > Most)
        {
            _kept.Clear();
        }

        var made = new Lazy<(DateTimeOffset At, IResult Page)>(() => (time.GetUtcNow(), make()));
        _kept[key] = made;
        var isFine = false;
        try
        {
            var page = made.Value.Page;
            isFine = page is PageText { IsFine: true };
            return page;
        }
        finally
        {
            // A failure must not stay: it would be told until the end of the process.
            if (!isFine)
            {
                _kept.TryRemove(KeyValuePair.Create(key, made));
            }
        }
    }
}
