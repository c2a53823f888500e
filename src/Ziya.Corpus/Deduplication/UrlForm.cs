using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Ziya.Corpus.Deduplication;

/// <summary>
/// Brings web addresses of one page into one form, by RFC 3986, section 6.2, and what crawls call the same: <c>http</c> and <c>https</c>, with and without <c>www.</c>, default ports, a slash at the end, the part behind <c>#</c>, and
/// parameters that only track visitors or hold their session do not count; the order of parameters neither. What is no web address is compared as it is.
/// </summary>
internal static partial class UrlForm
{
    private static readonly HashSet<string> Tracking = new(StringComparer.OrdinalIgnoreCase)
    {
        "fbclid", "gclid", "dclid", "gclsrc", "msclkid", "yclid", "igshid", "mc_cid", "mc_eid", "_ga", "_gl", "_hsenc", "_hsmi", "ref_src", "spm", "scm", "share_token", "share_source", "from_source", "vd_source",
        "jsessionid", "phpsessid", "aspsessionid", "sessionid", "bd_vid", "wfr", "tt_from",
    };

    /// <summary>The form; null where there is nothing.</summary>
    public static string? Of(string? url)
    {
        var text = url?.Trim();
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        var whole = text.StartsWith("//", StringComparison.Ordinal) ? "http:" + text : text.StartsWith("www.", StringComparison.OrdinalIgnoreCase) ? "http://" + text : text;
        if (!Uri.TryCreate(whole, UriKind.Absolute, out var uri) || (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps))
        {
            return text;
        }

        if (HostOf(uri) is not { } host)
        {
            return text;
        }

        host = host.StartsWith("www.", StringComparison.Ordinal) ? host["www.".Length..] : host;
        var form = new StringBuilder(host);
        if (!uri.IsDefaultPort)
        {
            form.Append(CultureInfo.InvariantCulture, $":{uri.Port}");
        }

        var path = uri.AbsolutePath;
        var session = path.IndexOf(";jsessionid=", StringComparison.OrdinalIgnoreCase);
        form.Append((session < 0 ? path : path[..session]).TrimEnd('/'));
        var query = Query(uri.Query);
        return UpperEscapes((query.Length == 0 ? form : form.Append('?').Append(query)).ToString());
    }

    /// <summary>The host in small letters and punycode; null where it can be none, which <see cref="Uri"/> finds out only here.</summary>
    private static string? HostOf(Uri uri)
    {
        try
        {
            return uri.IdnHost.ToLowerInvariant().TrimEnd('.');
        }
        catch (UriFormatException)
        {
            return null;
        }
    }

    /// <summary>Hex digits of percent signs in upper case, also where they stand for bytes of GBK, which <see cref="Uri"/> leaves alone.</summary>
    private static string UpperEscapes(string form) => Escape().Replace(form, match => match.Value.ToUpperInvariant());

    [GeneratedRegex("%[0-9a-fA-F]{2}")]
    private static partial Regex Escape();

    private static string Query(string query) => string.Join('&', query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Where(Counts).Order(StringComparer.Ordinal));

    private static bool Counts(string parameter)
    {
        var name = parameter.Split('=', 2)[0];
        return !Tracking.Contains(name) && !name.StartsWith("utm_", StringComparison.OrdinalIgnoreCase);
    }
}
