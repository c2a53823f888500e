using System.Globalization;
using System.IO.Hashing;
using System.Text;
using Ziya.Pipeline.Scoring;

namespace Ziya.Models.Tokenization;

/// <summary>A model's tokenizer for steps that know no models.</summary>
public sealed class TextTokenizer(ModelTokenizer tokenizer) : ITextTokenizer
{
    private const char Space = '\u2581';

    [ThreadStatic]
    private static TokenBuffer? _buffer;

    /// <inheritdoc/>
    public int Size => tokenizer.Size;

    /// <inheritdoc/>
    public ulong Fingerprint { get; } = Hash(tokenizer);

    /// <inheritdoc/>
    public void Encode(ReadOnlySpan<char> text, List<int> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var buffer = _buffer ??= new TokenBuffer();
        buffer.Clear();
        tokenizer.Encode(text, buffer);
        ids.AddRange(buffer.Ids);
    }

    /// <inheritdoc/>
    public string NameOf(int id)
    {
        // A name that the vocabulary does not give the same id for would be another token's.
        var bytes = tokenizer.BytesOf(id);
        var name = Encoding.UTF8.GetString(bytes).Replace(' ', Space);
        var hex = bytes.Length == 1 ? string.Create(CultureInfo.InvariantCulture, $"<0x{bytes[0]:X2}>") : "";
        return hex.Length > 0 && tokenizer.IdOf(hex) == id ? hex
            : name.Length > 0 && tokenizer.IdOf(name) == id && !name.AsSpan().ContainsAnyInRange('\0', ' ') && !name.Any(char.IsWhiteSpace) ? name
            : string.Create(CultureInfo.InvariantCulture, $"#{id}");
    }

    private static ulong Hash(ModelTokenizer tokenizer)
    {
        var hash = new XxHash3();
        for (var id = 0; id < tokenizer.Size; id++)
        {
            hash.Append(tokenizer.BytesOf(id));
            hash.Append([0xff]);
        }

        return Math.Max(1, hash.GetCurrentHashAsUInt64());
    }
}

/// <summary>Reads them.</summary>
public sealed class TextTokenizerLoader : ITextTokenizerLoader
{
    /// <inheritdoc/>
    public ITextTokenizer Load(string path) => new TextTokenizer(ModelTokenizer.Load(path));
}
