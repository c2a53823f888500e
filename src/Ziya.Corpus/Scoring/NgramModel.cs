using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Ziya.Corpus.Scoring;

/// <summary>
/// Tells apart the languages of one script: multinomial logistic regression over hashed character n-grams. A text of n features
/// scores <c>bias + scale * sum(weights) / sqrt(n)</c> for each language; the root, rather than a sum or a mean, because
/// neighbouring n-grams overlap and so do not count as independent evidence.
/// </summary>
internal sealed class NgramModel
{
    /// <summary>Languages a block of the weight table holds: one 128-bit vector of bytes.</summary>
    public const int BlockLanguages = 16;

    private readonly sbyte[] _weights;
    private readonly float[] _biases;
    private readonly int _stride;
    private readonly int _bits;
    private readonly float _scale;

    /// <summary>A model whose row r holds the weights of all languages from r * stride on, padded with zeros.</summary>
    public NgramModel(WritingScript script, string[] languages, float[] biases, int bits, float scale, sbyte[] weights)
    {
        Script = script;
        Languages = languages;
        _biases = biases;
        _bits = bits;
        _scale = scale;
        _stride = Stride(languages.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(weights.Length, _stride << bits);
        _weights = weights;
    }

    public WritingScript Script { get; }

    public string[] Languages { get; }

    /// <summary>Bytes of a row for that many languages.</summary>
    public static int Stride(int languages) => (languages + BlockLanguages - 1) / BlockLanguages * BlockLanguages;

    /// <summary>Most probable language of the words of this script in a text, with its probability among these languages.</summary>
    /// <param name="text">The text.</param>
    /// <param name="useNoise">Whether words marked as noise count too: for texts that hold little else.</param>
    public (string Language, float Probability) Identify(ReadOnlySpan<char> text, bool useNoise)
    {
        Span<int> sums = stackalloc int[_stride];
        sums.Clear();
        Span<int> rows = stackalloc int[NgramFeatures.MaxRows];
        var features = 0;
        var words = new WordScanner(text, Script);
        while (words.MoveNext())
        {
            if (!words.IsNoise || useNoise)
            {
                var count = NgramFeatures.Extract(words.Word, _bits, rows);
                Add(rows[..count], sums);
                features += count;
            }
        }

        return MostProbable(sums, features);
    }

    /// <summary>Writes what <see cref="LanguageProfileFile"/> reads.</summary>
    public void Write(BinaryWriter writer)
    {
        writer.Write((byte)Script);
        writer.Write((byte)_bits);
        writer.Write(_scale);
        writer.Write((byte)Languages.Length);
        for (var i = 0; i < Languages.Length; i++)
        {
            writer.Write(Languages[i]);
            writer.Write(_biases[i]);
        }

        for (var i = 0; i < Languages.Length; i++)
        {
            for (var at = i; at < _weights.Length; at += _stride)
            {
                writer.Write(_weights[at]);
            }
        }
    }

    private void Add(ReadOnlySpan<int> rows, Span<int> sums)
    {
        ref var sum = ref MemoryMarshal.GetReference(sums);
        ref var weights = ref MemoryMarshal.GetArrayDataReference(_weights);
        for (var block = 0; block < _stride; block += BlockLanguages)
        {
            // At most 121 rows of at most 127: a 16-bit lane holds the sum.
            var lower = Vector128<short>.Zero;
            var upper = Vector128<short>.Zero;
            foreach (var row in rows)
            {
                var (low, high) = Vector128.Widen(Vector128.LoadUnsafe(ref weights, (nuint)((row * _stride) + block)));
                lower += low;
                upper += high;
            }

            AddTo(ref Unsafe.Add(ref sum, block), lower);
            AddTo(ref Unsafe.Add(ref sum, block + (BlockLanguages / 2)), upper);
        }
    }

    private static void AddTo(ref int sum, Vector128<short> values)
    {
        var (low, high) = Vector128.Widen(values);
        (Vector128.LoadUnsafe(ref sum) + low).StoreUnsafe(ref sum);
        (Vector128.LoadUnsafe(ref sum, 4) + high).StoreUnsafe(ref sum, 4);
    }

    private (string Language, float Probability) MostProbable(ReadOnlySpan<int> sums, int features)
    {
        var factor = features == 0 ? 0 : _scale / MathF.Sqrt(features);
        var best = 0;
        var bestLogit = float.NegativeInfinity;
        for (var i = 0; i < Languages.Length; i++)
        {
            var logit = _biases[i] + (factor * sums[i]);
            if (logit > bestLogit)
            {
                (best, bestLogit) = (i, logit);
            }
        }

        var total = 0f;
        for (var i = 0; i < Languages.Length; i++)
        {
            total += MathF.Exp(_biases[i] + (factor * sums[i]) - bestLogit);
        }

        return (Languages[best], 1 / total);
    }
}
