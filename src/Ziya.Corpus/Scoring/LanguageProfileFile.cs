using System.IO.Compression;
using System.Runtime.InteropServices;

namespace Ziya.Corpus.Scoring;

/// <summary>
/// The file of the n-gram models: Brotli over a count and, for each model, script, table bits, scale, languages with their
/// biases, and the weights language by language (equal languages together pack better than equal n-grams).
/// </summary>
internal static class LanguageProfileFile
{
    /// <summary>Name of the embedded resource.</summary>
    public const string ResourceName = "language-profiles.bin";

    private const uint Magic = 0x31_44_4C_5A; // "ZLD1"

    /// <summary>Reads the models that the assembly carries.</summary>
    public static NgramModel[] ReadEmbedded()
    {
        using var resource = typeof(LanguageProfileFile).Assembly.GetManifestResourceStream(ResourceName)
            ?? throw new InvalidOperationException($"The assembly lacks the resource '{ResourceName}'.");
        return Read(resource);
    }

    /// <summary>Reads models.</summary>
    public static NgramModel[] Read(Stream stream)
    {
        using var packed = new BrotliStream(stream, CompressionMode.Decompress, leaveOpen: true);
        using var reader = new BinaryReader(packed);
        if (reader.ReadUInt32() != Magic)
        {
            throw new InvalidDataException("Not a file of language profiles; LanguageProfiles.Build writes one.");
        }

        var models = new NgramModel[reader.ReadByte()];
        for (var i = 0; i < models.Length; i++)
        {
            models[i] = ReadModel(reader);
        }

        return models;
    }

    /// <summary>Writes models; the weights as in the constructor of <see cref="NgramModel"/>.</summary>
    public static void Write(Stream stream, IReadOnlyList<NgramModel> models)
    {
        using var packed = new BrotliStream(stream, CompressionLevel.SmallestSize, leaveOpen: true);
        using var writer = new BinaryWriter(packed);
        writer.Write(Magic);
        writer.Write((byte)models.Count);
        foreach (var model in models)
        {
            model.Write(writer);
        }
    }

    private static NgramModel ReadModel(BinaryReader reader)
    {
        var script = (WritingScript)reader.ReadByte();
        var bits = (int)reader.ReadByte();
        var scale = reader.ReadSingle();
        var languages = new string[reader.ReadByte()];
        var biases = new float[languages.Length];
        for (var i = 0; i < languages.Length; i++)
        {
            languages[i] = reader.ReadString();
            biases[i] = reader.ReadSingle();
        }

        var stride = NgramModel.Stride(languages.Length);
        var weights = new sbyte[stride << bits];
        var column = new sbyte[1 << bits];
        for (var i = 0; i < languages.Length; i++)
        {
            reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(column.AsSpan()));
            for (var row = 0; row < column.Length; row++)
            {
                weights[(row * stride) + i] = column[row];
            }
        }

        return new NgramModel(script, languages, biases, bits, scale, weights);
    }
}
