using System.Net;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using System.Text.Unicode;

namespace Ziya.Corpus.Evaluation;

/// <summary>
/// A page on which a person judges items with the keyboard: one HTML file that needs no network. Progress is kept by the browser, the outcome saved as a file.
/// Records may hold anything: the page puts them in place as text, and runs no script but its own.
/// </summary>
internal static partial class JudgingPage
{
    /// <summary>The kind of page with two answers side by side.</summary>
    public const string Pairs = "pairs";

    /// <summary>The kind of page with one record at a time.</summary>
    public const string Review = "review";

    private const string Folder = "judging-page/";

    // Everything as it is but what could end the script element it stands in.
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>The name of a page, which depends on all that it shows: what is saved from it fits no other.</summary>
    public static string IdOf(string kind, IReadOnlyList<PageItem> items) =>
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(new { kind, items }, Json)))[..16];

    /// <summary>The page.</summary>
    /// <param name="title">Shown on top.</param>
    /// <param name="kind"><see cref="Pairs"/> or <see cref="Review"/>.</param>
    /// <param name="items">What is judged.</param>
    public static string Write(string title, string kind, IReadOnlyList<PageItem> items)
    {
        var (style, script) = (Part("page.css"), Part("page.js"));

        // One pass: what is put in is not looked through for places again.
        return Place().Replace(Part("page.html"), place => place.Value switch
        {
            "$TITLE" => WebUtility.HtmlEncode(title),
            "$STYLE" => style,
            "$STYLE_HASH" => HashOf(style),
            "$SCRIPT" => script,
            "$SCRIPT_HASH" => HashOf(script),
            _ => JsonSerializer.Serialize(new { page = IdOf(kind, items), kind, items }, Json),
        });
    }

    private static string HashOf(string text) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static string Part(string name)
    {
        using var resource = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(Folder + name)!);
        return resource.ReadToEnd();
    }

    [GeneratedRegex(@"\$(?:TITLE|STYLE_HASH|STYLE|SCRIPT_HASH|SCRIPT|DATA)")]
    private static partial Regex Place();
}
