using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;

namespace Ziya.Server;

/// <summary>
/// HTML made of interpolated strings: whatever stands in a hole is escaped, unless it is markup itself. A corpus is hostile input, so text cannot become markup by being forgotten.
/// </summary>
[InterpolatedStringHandler]
internal readonly struct Markup(int literalLength, int formattedCount)
{
    private readonly StringBuilder? _text = new(literalLength + (formattedCount * 16));

    /// <summary>Nothing.</summary>
    public static Markup None => default;

    /// <summary>Each of many.</summary>
    public static Markup Each<T>(IEnumerable<T> items, Func<T, Markup> one)
    {
        var all = new Markup(0, 4);
        foreach (var item in items)
        {
            all.AppendFormatted(one(item));
        }

        return all;
    }

    public void AppendLiteral(string markup) => _text!.Append(markup);

    public void AppendFormatted(string? text) => _text!.Append(WebUtility.HtmlEncode(text));

    public void AppendFormatted(long number) => _text!.Append(number.ToString("N0", CultureInfo.InvariantCulture));

    public void AppendFormatted(Markup markup) => _text!.Append(markup._text);

    /// <inheritdoc/>
    public override string ToString() => _text?.ToString() ?? "";
}
