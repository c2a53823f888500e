using System.Text.Json.Nodes;
using Ziya.Pipeline.Storage;

namespace Ziya.Pipeline.Runs;

/// <summary>Turns byte offsets of a plain file into line numbers.</summary>
internal static class LineNumbers
{
    /// <summary>Adds <c>line</c> to entries that have an <c>offset</c>, which must ascend. Packed files have no such lines.</summary>
    public static void Fill(string file, IReadOnlyList<JsonObject> entries)
    {
        if (!File.Exists(file) || IsPacked(file))
        {
            return;
        }

        var offsets = entries.Select(entry => (long)entry["offset"]!).ToList();
        foreach (var (entry, line) in entries.Zip(Of(file, offsets)))
        {
            entry.Insert(1, "line", line);
        }
    }

    /// <summary>The line of each offset, from 1; offsets ascend.</summary>
    public static IEnumerable<long> Of(string file, IEnumerable<long> offsets)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, FileOptions.SequentialScan);
        var buffer = new byte[1 << 20];
        long position = 0;
        long line = 1;
        foreach (var offset in offsets)
        {
            while (position < offset)
            {
                var read = stream.Read(buffer, 0, (int)Math.Min(buffer.Length, offset - position));
                if (read == 0)
                {
                    break;
                }

                line += buffer.AsSpan(0, read).Count((byte)'\n');
                position += read;
            }

            yield return line;
        }
    }

    private static bool IsPacked(string file)
    {
        using var stream = File.OpenRead(file);
        var start = new byte[4];
        var read = stream.ReadAtLeast(start, start.Length, false);
        return Compressions.OfBytes(start.AsSpan(0, read), file) != Compression.None;
    }
}
