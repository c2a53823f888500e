using System.Text.Unicode;
using Ziya.Pipeline.Records;

namespace Ziya.Pipeline.Reading;

/// <summary>Names an input format in the job language (<c>input.format</c>).</summary>
/// <param name="name">The name, in snake_case.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class InputFormatAttribute(string name) : Attribute
{
    /// <summary>The name, in snake_case.</summary>
    public string Name { get; } = name;
}

/// <summary>
/// How records lie in a file. A format yields each as a JSON object in UTF-8, so that field mapping, unknown fields and faults
/// are handled in one place for all of them. Shared by all tasks: it must keep no state.
/// </summary>
public abstract class InputFormat
{
    /// <summary>File name endings, with the dot, in lower case, before any compression ending.</summary>
    public abstract IReadOnlyList<string> Extensions { get; }

    /// <summary>Whether a task may start in the middle of an uncompressed file.</summary>
    public virtual bool Splits => false;

    /// <summary>Whether the content is text in one encoding, which <c>input.encoding</c> names. Default true.</summary>
    public virtual bool IsText => true;

    /// <summary>
    /// Whether it is read through <see cref="FormatInput.LocalPath"/>, never compressed as a whole. Default false. If so, the
    /// offsets of its records are their numbers, from 0.
    /// </summary>
    public virtual bool NeedsFile => false;

    /// <summary>What this machine lacks for reading it, and what to do; null, the default, where nothing is missing.</summary>
    public virtual string? Missing => null;

    /// <summary>
    /// The records that begin in the input's slice. A fault that concerns one record is yielded as such; one that ends the reading (a truncated
    /// gzip) is thrown as <see cref="InvalidDataException"/> and becomes one quarantine entry for the rest of the file.
    /// </summary>
    public abstract IEnumerable<RawRecord> Read(FormatInput input);
}

/// <summary>What a format reads from.</summary>
/// <param name="Content">Unpacked bytes from <paramref name="Start"/> on, in UTF-8 where the format is text.</param>
/// <param name="File">The file's path, for messages.</param>
/// <param name="Start">Where the slice begins. A split format skips to the first record that begins at or after it.</param>
/// <param name="End">Where the slice ends: the last record is the last one that begins before it.</param>
/// <param name="MostBytes">Longest record that is read.</param>
/// <param name="LocalPath">Path on the local disk for formats that need a file; otherwise null.</param>
public sealed record FormatInput(Stream Content, string File, long Start, long End, int MostBytes, string? LocalPath = null)
{
    /// <summary>Names of the columns, for formats that have them and files that do not say; null where the first row does.</summary>
    public IReadOnlyList<string>? Columns { get; init; }
}

/// <summary>One record as a format found it.</summary>
/// <param name="Json">A JSON object in UTF-8, or the bytes that could not be read. Valid until the next record is taken.</param>
/// <param name="Offset">Bytes before it in the unpacked file; records before it where the format has no such thing.</param>
/// <param name="Bytes">Its length in the unpacked file.</param>
/// <param name="Line">Its line, from 1; 0 where that is not known.</param>
/// <param name="Fault">Why it cannot be read; null if it can.</param>
public readonly record struct RawRecord(ReadOnlyMemory<byte> Json, long Offset, long Bytes, long Line, string? Fault)
{
    /// <summary>How much is kept of a record that is longer than allowed.</summary>
    internal const int KeptOfLong = 1 << 16;

    /// <summary>The fault of a record that is longer than allowed.</summary>
    internal static string TooLong(int mostBytes) => $"longer than {mostBytes} bytes; limits.record_mb allows more";

    /// <summary>The fault of bytes that are no UTF-8; null where they are.</summary>
    internal static string? NoUtf8(ReadOnlySpan<byte> bytes) => Utf8.IsValid(bytes)
        ? null
        : $"invalid UTF-8 at byte {RecordParser.InvalidAt(bytes)} of the record; `encoding:` names another encoding";
}
