using System.Text;
using Ziya.Pipeline.Reading;

namespace Ziya.Pipeline.Tests.Fixtures;

/// <summary>A record as a format found it, kept for comparison: its JSON, or the bytes with the fault, as Latin-1 where they are no UTF-8.</summary>
internal sealed record Found(string Content, long Offset, long Bytes, long Line, string? Fault)
{
    public const int MostBytes = 1 << 20;

    /// <summary>All records of some bytes.</summary>
    public static List<Found> In(byte[] content, Func<FormatInput, IEnumerable<RawRecord>> read, int trickle = int.MaxValue, int mostBytes = MostBytes) =>
        [.. read(new FormatInput(new Trickle(content, trickle), "f", 0, long.MaxValue, mostBytes)).Select(Of)];

    public static Found Of(RawRecord raw) => new(Text(raw.Json.Span), raw.Offset, raw.Bytes, raw.Line, raw.Fault);

    private static string Text(ReadOnlySpan<byte> bytes) =>
        System.Text.Unicode.Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : Encoding.Latin1.GetString(bytes);
}
