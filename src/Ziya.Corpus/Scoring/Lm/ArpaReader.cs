using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Ziya.Pipeline.Reading;
using Ziya.Pipeline.Storage;

namespace Ziya.Corpus.Scoring.Lm;

/// <summary>Reads a language model from ARPA text, packed or not, and hands it to a <see cref="LmBuilder"/>. What KenLM refuses is refused: n-grams whose context is missing, counts that do not fit.</summary>
internal sealed class ArpaReader : IDisposable
{
    private const int MostLineBytes = 1 << 20;
    private const float NoUnknown = -100;

    private readonly string _path;
    private readonly Stream _stream;
    private readonly LineReader _lines;
    private long _number;

    public ArpaReader(string path)
    {
        _path = path;
        _stream = Compressions.Unpack(File.OpenRead(path), path, out _);
        _lines = new LineReader(_stream, 1 << 20, MostLineBytes, 0);
    }

    /// <summary>Whether a file looks like ARPA text.</summary>
    public static bool Is(string path)
    {
        using var reader = new ArpaReader(path);
        try
        {
            return reader.Next(out var line) && line.SequenceEqual("\\data\\"u8);
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    /// <summary>Hands the whole model on.</summary>
    /// <exception cref="InvalidDataException">It is no ARPA text, or not whole.</exception>
    public void Read(LmBuilder builder)
    {
        if (!Next(out var line) || !line.SequenceEqual("\\data\\"u8))
        {
            throw Fault(_number <= 1 && line.IsEmpty ? "is empty" : "is no ARPA file, which begins with \\data\\");
        }

        var counts = new List<long>();
        while (Next(out line) && line.StartsWith("ngram "u8))
        {
            var text = Encoding.UTF8.GetString(line["ngram "u8.Length..]).Split('=');
            if (text.Length != 2 || text[0].Trim() != (counts.Count + 1).ToString(CultureInfo.InvariantCulture) || !long.TryParse(text[1], NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out var count) || count < 0)
            {
                throw Fault($"expected 'ngram {counts.Count + 1}=COUNT'");
            }

            counts.Add(count);
        }

        if (counts.Count is 0 or > LmTrainOptions.MostOrder)
        {
            throw Fault($"has order {counts.Count}; 1 to {LmTrainOptions.MostOrder} can be read");
        }

        Sections(counts, line, builder);
        builder.End();
    }

    public void Dispose() => _stream.Dispose();

    private void Sections(List<long> counts, ReadOnlySpan<byte> line, LmBuilder builder)
    {
        var vocabulary = new LmVocabulary();
        var unigrams = new List<(int Id, float Probability, float Backoff)>();
        for (var order = 1; order <= counts.Count; order++)
        {
            if (!line.SequenceEqual(Encoding.UTF8.GetBytes($"\\{order}-grams:")))
            {
                throw Fault($"expected '\\{order}-grams:'");
            }

            long found = 0;
            for (; Next(out line) && line[0] != '\\'; found++)
            {
                Gram(line, order, counts.Count, vocabulary, unigrams, builder);
            }

            if (found != counts[order - 1])
            {
                throw Fault($"has {found} {order}-grams, and says {counts[order - 1]}");
            }

            if (order == 1)
            {
                Unigrams(counts, vocabulary, unigrams, builder);
            }

            builder.Write();
        }

        if (!line.SequenceEqual("\\end\\"u8))
        {
            throw Fault("ends without '\\end\\'");
        }
    }

    private static void Unigrams(List<long> counts, LmVocabulary vocabulary, List<(int Id, float Probability, float Backoff)> unigrams, LmBuilder builder)
    {
        builder.Begin([vocabulary.Count, .. counts.Skip(1)], vocabulary);
        for (var id = 0; id <= LmVocabulary.End; id++)
        {
            builder.Add([id], NoUnknown, 0, false);
        }

        foreach (var (id, probability, backoff) in unigrams)
        {
            builder.Add([id], probability, backoff, false);
        }
    }

    private void Gram(ReadOnlySpan<byte> line, int order, int highest, LmVocabulary vocabulary, List<(int Id, float Probability, float Backoff)> unigrams, LmBuilder builder)
    {
        var probability = Number(ref line);
        Span<int> ids = stackalloc int[order];
        for (var i = 0; i < order; i++)
        {
            var word = Field(ref line);
            if (word.IsEmpty)
            {
                throw Fault($"a {order}-gram has {order} tokens, tabs and spaces between them");
            }

            ids[i] = order == 1 ? vocabulary.FindOrAdd(word.SequenceEqual("<UNK>"u8) ? "<unk>"u8 : word) : Known(vocabulary, word);
        }

        var backoff = line.TrimEnd(" \t"u8).IsEmpty ? 0 : Number(ref line);
        if (probability > 0 || !line.TrimEnd(" \t"u8).IsEmpty || (order == highest && backoff != 0))
        {
            throw Fault(probability > 0 ? $"log10 of a probability is {probability.ToString(CultureInfo.InvariantCulture)}, above 0" : "something follows the n-gram that is no weight");
        }

        if (order == 1)
        {
            unigrams.Add((ids[0], probability, backoff));
            return;
        }

        if (!builder.MarkContext(ids[..^1]))
        {
            throw Fault("the n-gram without its last token is not in the file");
        }

        builder.Fill(ids[1..]);
        builder.Add(ids, probability, backoff, false);
    }

    private int Known(LmVocabulary vocabulary, ReadOnlySpan<byte> word)
    {
        var id = vocabulary.Find(word);
        return id != LmVocabulary.Unknown || word.SequenceEqual("<unk>"u8) || word.SequenceEqual("<UNK>"u8)
            ? id
            : throw Fault($"'{Encoding.UTF8.GetString(word)}' is none of the 1-grams");
    }

    private float Number(ref ReadOnlySpan<byte> line)
    {
        var field = Field(ref line);
        return Utf8Parser.TryParse(field, out float value, out var used) && used == field.Length && !float.IsNaN(value)
            ? value
            : throw Fault($"'{Encoding.UTF8.GetString(field)}' is no number");
    }

    private static ReadOnlySpan<byte> Field(ref ReadOnlySpan<byte> line)
    {
        line = line.TrimStart(" \t"u8);
        var end = line.IndexOfAny((byte)' ', (byte)'\t');
        var field = end < 0 ? line : line[..end];
        line = end < 0 ? [] : line[(end + 1)..];
        return field;
    }

    /// <summary>The next line that is not blank.</summary>
    private bool Next(out ReadOnlySpan<byte> line)
    {
        while (More())
        {
            _number++;
            line = _lines.Line.Span.TrimEnd("\r \t"u8);
            if (!line.IsEmpty)
            {
                return true;
            }
        }

        line = [];
        return false;
    }

    private bool More()
    {
        try
        {
            return _lines.Next();
        }
        catch (InvalidDataException exception)
        {
            throw Fault(exception.Message.TrimEnd('.'));
        }
    }

    private InvalidDataException Fault(string what) => new(string.Create(CultureInfo.InvariantCulture, $"{_path}:{_number}: {what}."));
}
