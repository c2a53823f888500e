using System.Buffers;

namespace Ziya.Models.Tokenization;

/// <summary>Turns text into token ids and back. Safe for use by many threads at once.</summary>
public abstract class Tokenizer
{
    /// <summary>Ids are 0 to one less than this. A model's embedding may have more rows, never fewer.</summary>
    public abstract int Size { get; }

    /// <summary>Id of the token that begins a text; null if the vocabulary has none.</summary>
    public abstract int? BosId { get; }

    /// <summary>Id of the token that ends a text; null if the vocabulary has none.</summary>
    public abstract int? EosId { get; }

    /// <summary>Whether decoding drops one space at the beginning, because encoding puts one there.</summary>
    public virtual bool StartsWithSpace => false;

    /// <summary>Appends the ids of a text. Names of special tokens in the text are text like any other.</summary>
    public abstract void Encode(ReadOnlySpan<char> text, TokenBuffer ids);

    /// <summary>The UTF-8 bytes a token stands for; none for control tokens. A character may be spread over several tokens.</summary>
    public abstract ReadOnlySpan<byte> BytesOf(int id);

    /// <summary>The id of a token by the name it has in the vocabulary file, such as <c>&lt;s&gt;</c> or <c>▁the</c>; null if there is none.</summary>
    public abstract int? IdOf(string token);

    /// <summary>The ids of a text.</summary>
    public int[] Encode(ReadOnlySpan<char> text)
    {
        var ids = new TokenBuffer();
        Encode(text, ids);
        return ids.Ids.ToArray();
    }

    /// <summary>The text of some ids. Bytes that are no UTF-8 become U+FFFD.</summary>
    public string Decode(ReadOnlySpan<int> ids)
    {
        var decoder = new StreamDecoder(this);
        var text = new ArrayBufferWriter<char>();
        foreach (var id in ids)
        {
            decoder.Add(id, text);
        }

        decoder.End(text);
        return new string(text.WrittenSpan);
    }
}
