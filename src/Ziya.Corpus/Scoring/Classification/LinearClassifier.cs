using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;

namespace Ziya.Corpus.Scoring.Classification;

/// <summary>
/// Multinomial logistic regression over hashed n-grams: a row of weights an n-gram, one for each label. A text of n of them gets
/// softmax((bias + sum of rows / sqrt(n)) / temperature). Its file: a header, the weights as float32, XXH3 of all before; little-endian.
/// </summary>
internal sealed class LinearClassifier
{
    public const int Version = 1;

    /// <summary>Most labels.</summary>
    public const int MostLabels = 1000;

    /// <summary>Most weights: a file of 1 GB, which is read whole.</summary>
    public const int MostWeights = 1 << 28;

    private const ulong Magic = 0x0A534C432D59495A; // "ZIY-CLS\n"

    public required IReadOnlyList<string> Labels { get; init; }

    public required int Bits { get; init; }

    public required int WordGrams { get; init; }

    public required int CharacterGrams { get; init; }

    public required float[] Biases { get; init; }

    /// <summary>The weights of a row stand together.</summary>
    public required float[] Weights { get; init; }

    /// <summary>What logits are divided by, so that probabilities are right on texts it was not trained on (Guo et al. 2017, arXiv:1706.04599).</summary>
    public double Temperature { get; set; } = 1;

    /// <summary>What was measured of it on texts held out, for people.</summary>
    public string Figures { get; set; } = "";

    /// <summary>What it sees of texts; for one thread.</summary>
    public TextFeatures Features() => new(Bits, WordGrams, CharacterGrams);

    /// <summary>Logits of a text, before the temperature.</summary>
    public void Logits(ReadOnlySpan<int> rows, Span<double> logits)
    {
        logits.Clear();
        var count = Biases.Length;
        foreach (var row in rows)
        {
            var weights = Weights.AsSpan(row * count, count);
            for (var i = 0; i < weights.Length; i++)
            {
                logits[i] += weights[i];
            }
        }

        var scale = 1 / Math.Sqrt(Math.Max(1, rows.Length));
        for (var i = 0; i < count; i++)
        {
            logits[i] = Biases[i] + (scale * logits[i]);
        }
    }

    /// <summary>Probabilities of the labels.</summary>
    public void Probabilities(ReadOnlySpan<int> rows, Span<double> probabilities)
    {
        Logits(rows, probabilities);
        Softmax(probabilities, Temperature);
    }

    /// <summary>Logits to probabilities.</summary>
    public static void Softmax(Span<double> values, double temperature)
    {
        var (most, sum) = (double.NegativeInfinity, 0.0);
        foreach (var value in values)
        {
            most = Math.Max(most, value);
        }

        for (var i = 0; i < values.Length; i++)
        {
            sum += values[i] = Math.Exp((values[i] - most) / temperature);
        }

        for (var i = 0; i < values.Length; i++)
        {
            values[i] /= sum;
        }
    }

    public void Write(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        using (var stream = File.Create(path + ".partial"))
        {
            using var writer = new BinaryWriter(stream, Encoding.UTF8);
            writer.Write(Magic);
            writer.Write(Version);
            writer.Write(Bits);
            writer.Write(WordGrams);
            writer.Write(CharacterGrams);
            writer.Write(Temperature);
            writer.Write(Labels.Count);
            for (var i = 0; i < Labels.Count; i++)
            {
                writer.Write(Labels[i]);
                writer.Write(Biases[i]);
            }

            writer.Write(Figures);
            writer.Write(MemoryMarshal.AsBytes(Weights.AsSpan()));
            writer.Flush();
            stream.Flush();
            stream.Position = 0;
            var hash = new XxHash3();
            hash.Append(stream);
            writer.Write(hash.GetCurrentHashAsUInt64());
        }

        File.Move(path + ".partial", path, true);
    }

    /// <exception cref="InvalidDataException">It is no classifier, of another version, or damaged.</exception>
    public static LinearClassifier Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new InvalidDataException($"{path} does not exist. `ziya classify train` makes a classifier.");
        }

        var bytes = File.ReadAllBytes(path);
        if (bytes.Length < 12 || BitConverter.ToUInt64(bytes) != Magic)
        {
            throw new InvalidDataException(bytes.Length == 0 ? $"{path} is empty." : $"{path} is no classifier of `ziya classify train`.");
        }

        if (BitConverter.ToInt32(bytes, sizeof(ulong)) is not Version and var version)
        {
            throw new InvalidDataException($"{path} is of version {version}, and this program reads {Version}. Train it again.");
        }

        if (bytes.Length < 64 || BitConverter.ToUInt64(bytes, bytes.Length - sizeof(ulong)) != XxHash3.HashToUInt64(bytes.AsSpan(..^sizeof(ulong))))
        {
            throw new InvalidDataException($"{path} is damaged (its checksum does not fit). Copy it again, or train it again.");
        }

        return Parse(bytes);
    }

    private static LinearClassifier Parse(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes), Encoding.UTF8);
        reader.ReadUInt64();
        reader.ReadInt32();
        var (bits, words, characters, temperature) = (reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32(), reader.ReadDouble());
        var labels = new string[Math.Clamp(reader.ReadInt32(), 0, MostLabels)];
        var biases = new float[labels.Length];
        for (var i = 0; i < labels.Length; i++)
        {
            (labels[i], biases[i]) = (reader.ReadString(), reader.ReadSingle());
        }

        var figures = reader.ReadString();
        var weights = new float[labels.Length << bits];
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(weights.AsSpan()));
        return new LinearClassifier { Labels = labels, Bits = bits, WordGrams = words, CharacterGrams = characters, Biases = biases, Weights = weights, Temperature = temperature, Figures = figures };
    }
}
