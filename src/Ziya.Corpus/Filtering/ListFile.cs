using System.IO.Hashing;
using System.Text;
using Ziya.Pipeline.Storage;

namespace Ziya.Corpus.Filtering;

/// <summary>Text files with an entry a line that users bring along: of domains, of words. gzip, Zstandard and Brotli are unpacked; UTF-8.</summary>
internal static class ListFile
{
    /// <summary>Knows its mark, so that a reader passes over it; a reader that looked for marks itself would go on with an encoding that takes anything.</summary>
    private static readonly UTF8Encoding Strict = new(true, true);

    /// <summary>The lines that are not blank, without white space around them, and their numbers.</summary>
    /// <exception cref="InvalidDataException">The file is cut off or is no UTF-8.</exception>
    public static IEnumerable<(string Line, int Number)> Lines(string path)
    {
        using var file = Compressions.Unpack(File.OpenRead(path), path, out _);
        return [.. Read(path, file)];
    }

    /// <summary>Changes when what one of the files holds does, and not with the machine or the folder it lies in.</summary>
    public static string Version(IEnumerable<string> paths) => string.Concat(paths.Select(path => (File.Exists(path) ? HashOf(path) : "") + "\n"));

    private static string HashOf(string path)
    {
        using var content = File.OpenRead(path);
        var hash = new XxHash128();
        hash.Append(content);
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    /// <summary>What is wrong with the files of an option: missing, unreadable, or without an entry.</summary>
    /// <param name="option">The option's name.</param>
    /// <param name="paths">The files.</param>
    /// <param name="count">How many entries there are in a file.</param>
    public static IEnumerable<string> Faults(string option, IEnumerable<string> paths, Func<string, int> count)
    {
        foreach (var path in paths)
        {
            if (Fault(path, count) is { } fault)
            {
                yield return $"'{option}': {fault}";
            }
        }
    }

    private static string? Fault(string path, Func<string, int> count)
    {
        try
        {
            return !File.Exists(path) ? $"there is no file {path}." : count(path) > 0 ? null : $"{path} has no entry in it.";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return exception.Message.Contains(path, StringComparison.Ordinal) ? exception.Message : $"{path}: {exception.Message}";
        }
    }

    private static IEnumerable<(string Line, int Number)> Read(string path, Stream stream)
    {
        using var reader = new StreamReader(stream, Strict, false, 1 << 16);
        for (var number = 1; NextLine(reader, path, number) is { } line; number++)
        {
            if (line.Trim() is { Length: > 0 } entry)
            {
                yield return (entry, number);
            }
        }
    }

    private static string? NextLine(StreamReader reader, string path, int number)
    {
        try
        {
            return reader.ReadLine();
        }
        catch (DecoderFallbackException exception)
        {
            throw new InvalidDataException($"{path} is no UTF-8, in or after line {number}. Save it as UTF-8.", exception);
        }
    }
}
