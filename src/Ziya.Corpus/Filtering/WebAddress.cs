using System.Globalization;

namespace Ziya.Corpus.Filtering;

/// <summary>Host and path of a URL, in the form that lists are compared in: small letters, names of other scripts in punycode, without <c>www.</c>, port, user and fragment.</summary>
/// <param name="Host">The host: a domain or an IP address.</param>
/// <param name="Path">What follows the host, from the slash on, up to a fragment; empty if nothing does.</param>
internal readonly record struct WebAddress(string Host, string Path)
{
    private const int LongestHost = 253;

    private static readonly System.Buffers.SearchValues<char> NoHost = System.Buffers.SearchValues.Create(" \t/\\?#@<>\"'|^*,;");
    private static readonly IdnMapping Punycode = new() { AllowUnassigned = true, UseStd3AsciiRules = false };

    /// <summary>Reads a URL; null where there is none.</summary>
    /// <param name="url">The URL.</param>
    /// <param name="bare">Whether a scheme may be missing: <c>example.com/path</c>.</param>
    public static WebAddress? Read(ReadOnlySpan<char> url, bool bare)
    {
        url = url.Trim();
        var scheme = url.IndexOf("://");
        if (scheme >= 0 && url[..scheme].IndexOfAnyExceptInRange('+', 'z') < 0 && url[..scheme].IndexOf('/') < 0)
        {
            url = url[(scheme + 3)..];
        }
        else if (url.StartsWith("//"))
        {
            url = url[2..];
        }
        else if (!bare)
        {
            return null;
        }

        var end = url.IndexOfAny("/?#\\");
        var host = end < 0 ? url : url[..end];
        var path = end < 0 ? [] : url[end..];
        path = path.IndexOf('#') is var fragment and >= 0 ? path[..fragment] : path;
        host = host[(host.LastIndexOf('@') + 1)..];
        var port = host.LastIndexOf(':');
        host = port >= 0 && !host.EndsWith("]") && host[(port + 1)..].IndexOfAnyExceptInRange('0', '9') < 0 ? host[..port] : host;
        return Normal(host) is { } normal ? new WebAddress(normal, path.ToString()) : null;
    }

    /// <summary>A host in the form that hosts are compared in; null where it can be none.</summary>
    public static string? Normal(ReadOnlySpan<char> host)
    {
        host = host.Trim().Trim('.');
        if (host.IsEmpty || host.Length > LongestHost || host.ContainsAny(NoHost))
        {
            return null;
        }

        var name = host.ToString();
        if (host.IndexOfAnyExceptInRange('\0', '\u007f') >= 0)
        {
            try
            {
                // What looks like a full stop in other scripts is one: 例子。中国.
                name = Punycode.GetAscii(name);
            }
            catch (ArgumentException)
            {
                return null;
            }
        }

        name = name.ToLowerInvariant();
        while (name.StartsWith("www.", StringComparison.Ordinal) && name.IndexOf('.', 4) > 0)
        {
            name = name[4..];
        }

        return name;
    }
}
