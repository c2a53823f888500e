using System.Runtime.InteropServices;
using System.Text;
using Ziya.Pipeline.Scoring;

namespace Ziya.Corpus.Scoring.Lm;

/// <summary>What the tokens of a language model are, and how a line is cut into them. For one thread.</summary>
internal abstract class LmTokens
{
    public const string Word = "word";
    public const string Character = "character";

    private byte[] _utf8 = [];

    /// <summary><c>word</c>, <c>character</c>, or the path of a tokenizer.</summary>
    public required string Name { get; init; }

    /// <summary>Tells a tokenizer from others; 0 where there is none.</summary>
    public virtual ulong Fingerprint => 0;

    /// <summary>Appends the numbers of a line's tokens.</summary>
    /// <param name="line">The line in UTF-8.</param>
    /// <param name="vocabulary">The tokens.</param>
    /// <param name="adds">Whether new ones are added to it.</param>
    /// <param name="ids">Where the numbers go.</param>
    public abstract void Cut(ReadOnlySpan<byte> line, LmVocabulary vocabulary, bool adds, List<int> ids);

    /// <summary>Appends the numbers of the tokens of a line of a string.</summary>
    public virtual void Cut(ReadOnlySpan<char> line, LmVocabulary vocabulary, List<int> ids)
    {
        if (_utf8.Length < 3 * line.Length)
        {
            _utf8 = new byte[Math.Max(3 * line.Length, 2 * _utf8.Length)];
        }

        Cut(_utf8.AsSpan(0, Encoding.UTF8.GetBytes(line, _utf8)), vocabulary, false, ids);
    }

    /// <summary>Of a name: of <c>word</c> and <c>character</c> what they say, of all others the tokenizer.</summary>
    public static LmTokens Of(string name, Func<string, ITextTokenizer> load) => name switch
    {
        Word => new WordTokens { Name = name },
        Character => new CharacterTokens { Name = name },
        _ => new TokenizerTokens(load(name)) { Name = name },
    };
}

/// <summary>What stands between white space of ASCII, as KenLM has it.</summary>
internal sealed class WordTokens : LmTokens
{
    public override void Cut(ReadOnlySpan<byte> line, LmVocabulary vocabulary, bool adds, List<int> ids)
    {
        for (int start = 0, end; start < line.Length; start = end + 1)
        {
            for (end = start; end < line.Length && (line[end] > 32 || line[end] is not (0 or >= 9 and <= 13 or 32)); end++)
            {
            }

            if (end > start)
            {
                var word = line[start..end];
                ids.Add(adds ? vocabulary.FindOrAdd(word) : vocabulary.Find(word));
            }
        }
    }
}

/// <summary>Characters as Unicode counts them, without white space.</summary>
internal sealed class CharacterTokens : LmTokens
{
    public override void Cut(ReadOnlySpan<byte> line, LmVocabulary vocabulary, bool adds, List<int> ids)
    {
        while (!line.IsEmpty)
        {
            Rune.DecodeFromUtf8(line, out var rune, out var bytes);
            line = line[bytes..];
            if (rune.Value != 0 && !Rune.IsWhiteSpace(rune))
            {
                ids.Add(adds ? vocabulary.FindOrAdd(rune) : vocabulary.Find(rune));
            }
        }
    }

    public override void Cut(ReadOnlySpan<char> line, LmVocabulary vocabulary, List<int> ids)
    {
        var count = ids.Count;
        CollectionsMarshal.SetCount(ids, count + line.Length);
        CollectionsMarshal.SetCount(ids, count + Cut(line, vocabulary, CollectionsMarshal.AsSpan(ids)[count..]));
    }

    /// <summary>One character after another, as most are two bytes and need no decoding; how many tokens there are.</summary>
    private static int Cut(ReadOnlySpan<char> line, LmVocabulary vocabulary, Span<int> ids)
    {
        var count = 0;
        for (var i = 0; i < line.Length; i++)
        {
            Rune rune;
            if (char.IsSurrogate(line[i]))
            {
                Rune.DecodeFromUtf16(line[i..], out rune, out var chars);
                i += chars - 1;
            }
            else if (line[i] == 0 || char.IsWhiteSpace(line[i]))
            {
                continue;
            }
            else
            {
                rune = (Rune)line[i];
            }

            ids[count++] = vocabulary.Find(rune);
        }

        return count;
    }
}

/// <summary>Tokens of a model's tokenizer, by their names in its vocabulary.</summary>
internal sealed class TokenizerTokens(ITextTokenizer tokenizer) : LmTokens
{
    private readonly List<int> _ids = [];
    private readonly int[] _known = new int[tokenizer.Size];

    public override ulong Fingerprint => tokenizer.Fingerprint;

    public override void Cut(ReadOnlySpan<byte> line, LmVocabulary vocabulary, bool adds, List<int> ids)
    {
        _ids.Clear();
        tokenizer.Encode(Encoding.UTF8.GetString(line), _ids);
        foreach (var id in _ids)
        {
            // One more than the number, so that 0 is what was not looked for yet.
            if (_known[id] == 0)
            {
                var name = Encoding.UTF8.GetBytes(tokenizer.NameOf(id));
                _known[id] = 1 + (adds ? vocabulary.FindOrAdd(name) : vocabulary.Find(name));
            }

            ids.Add(_known[id] - 1);
        }
    }
}
