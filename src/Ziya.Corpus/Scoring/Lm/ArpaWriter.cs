using System.Globalization;
using System.Text;
using Ziya.Pipeline.Storage;

namespace Ziya.Corpus.Scoring.Lm;

/// <summary>Writes a language model as ARPA text, compressed as its name says: a section an order, each made aside. It appears when it is whole.</summary>
internal sealed class ArpaWriter(string path, string scratch) : ILmSink, IDisposable
{
    private const int BufferBytes = 1 << 16;
    private const string Aside = ".partial";

    private FileStream[] _sections = [];
    private byte[][] _buffers = [];
    private int[] _used = [];
    private IReadOnlyList<long> _counts = [];
    private LmVocabulary _vocabulary = new();

    public void Begin(IReadOnlyList<long> counts, LmVocabulary vocabulary)
    {
        Directory.CreateDirectory(scratch);
        (_counts, _vocabulary, _used) = ([.. counts], vocabulary, new int[counts.Count]);
        _sections = [.. counts.Select(_ => new FileStream(Path.Combine(scratch, $"{Guid.NewGuid():N}.arpa"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose))];
        _buffers = [.. counts.Select(_ => new byte[BufferBytes])];
    }

    public void Add(ReadOnlySpan<int> ids, float probability, float backoff, bool extends)
    {
        var order = ids.Length;
        var needed = 32;
        foreach (var id in ids)
        {
            needed += _vocabulary[id].Length + 1;
        }

        var line = Room(order - 1, needed);
        var used = Number(probability, line);
        for (var i = 0; i < order; i++)
        {
            line[used++] = i == 0 ? (byte)'\t' : (byte)' ';
            var name = _vocabulary[ids[i]];
            name.CopyTo(line[used..]);
            used += name.Length;
        }

        if (order < _counts.Count)
        {
            line[used++] = (byte)'\t';
            used += Number(backoff, line[used..]);
        }

        line[used++] = (byte)'\n';
        _used[order - 1] += used;
    }

    public void End()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        using (var file = File.Create(path + Aside))
        {
            using var packed = Compressions.Pack(file, Compressions.OfName(path));
            Write(packed, "\\data\\\n" + string.Concat(_counts.Select((count, i) => string.Create(CultureInfo.InvariantCulture, $"ngram {i + 1}={count}\n"))));
            for (var i = 0; i < _sections.Length; i++)
            {
                Flush(i);
                Write(packed, string.Create(CultureInfo.InvariantCulture, $"\n\\{i + 1}-grams:\n"));
                _sections[i].Position = 0;
                _sections[i].CopyTo(packed, 1 << 20);
            }

            Write(packed, "\n\\end\\\n");
        }

        File.Move(path + Aside, path, true);
    }

    public void Dispose()
    {
        Array.ForEach(_sections, section => section.Dispose());
        File.Delete(path + Aside);
    }

    /// <summary>Seven digits behind the point, as exact as float32 is for what occurs, and many times faster to write than the shortest form.</summary>
    internal static int Number(float value, Span<byte> text)
    {
        const long Unit = 10_000_000;
        var scaled = (long)Math.Round(Math.Abs((double)value) * Unit);
        var used = 0;
        if (value < 0 && scaled > 0)
        {
            text[used++] = (byte)'-';
        }

        (scaled / Unit).TryFormat(text[used..], out var whole, default, CultureInfo.InvariantCulture);
        used += whole;
        var rest = scaled % Unit;
        if (rest == 0)
        {
            return used;
        }

        text[used++] = (byte)'.';
        for (var unit = Unit / 10; rest > 0; unit /= 10)
        {
            text[used++] = (byte)('0' + (rest / unit));
            rest %= unit;
        }

        return used;
    }

    private Span<byte> Room(int section, int needed)
    {
        if (_buffers[section].Length - _used[section] < needed)
        {
            Flush(section);
            if (_buffers[section].Length < needed)
            {
                _buffers[section] = new byte[needed];
            }
        }

        return _buffers[section].AsSpan(_used[section]);
    }

    private void Flush(int section)
    {
        _sections[section].Write(_buffers[section], 0, _used[section]);
        _used[section] = 0;
    }

    private static void Write(Stream stream, string text) => stream.Write(Encoding.UTF8.GetBytes(text));
}
