using System.Buffers;
using System.Text;
using Ziya.Models.Prompts;
using Ziya.Pipeline.Storage;

namespace Ziya.Models.Tokenization;

/// <summary>
/// A model's tokenizer as its folder describes it: the vocabulary with the tokens added to it, the names and ids of special tokens, and
/// what stands at the beginning and the end of a text.
/// </summary>
public sealed class ModelTokenizer : Tokenizer
{
    // What a tokenizer is read from, beside which a model's folder has gigabytes.
    private static readonly string[] Files =
        ["tokenizer.model", "tokenizer.json", "vocab.json", "merges.txt", "added_tokens.json", "tokenizer_config.json", "special_tokens_map.json"];

    private readonly Tokenizer _vocabulary;
    private readonly SpecialTokens _first;
    private readonly SpecialTokens _second;
    private readonly Dictionary<int, (AddedToken Token, byte[] Bytes)> _added;
    private readonly Dictionary<string, int> _ids;
    private readonly bool _prefixAfterAdded;

    internal ModelTokenizer(Tokenizer vocabulary, TokenizerSpecials specials)
    {
        _vocabulary = vocabulary;
        _added = specials.Added.ToDictionary(token => token.Id, token => (token, token.Special ? [] : Encoding.UTF8.GetBytes(token.Content)));
        _ids = specials.Added.ToDictionary(token => token.Content, token => token.Id, StringComparer.Ordinal);
        _first = new SpecialTokens(specials.Added.Where(token => !token.Normalized));
        _second = new SpecialTokens(specials.Added.Where(token => token.Normalized));
        _prefixAfterAdded = specials.Legacy;
        Size = specials.Added.Select(token => token.Id + 1).Append(vocabulary.Size).Max();
        (BosId, EosId, PadId, UnknownId) = (specials.BosId, specials.EosId, specials.PadId, specials.UnknownId);
        (Before, After, Added) = (specials.Before, specials.After, specials.Added);
    }

    /// <inheritdoc/>
    public override int Size { get; }

    /// <inheritdoc/>
    public override int? BosId { get; }

    /// <inheritdoc/>
    public override int? EosId { get; }

    /// <summary>Id of the token that fills up shorter texts of a batch; null if there is none.</summary>
    public int? PadId { get; }

    /// <summary>Id of the token for what is no token; null if there is none.</summary>
    public int? UnknownId { get; }

    /// <summary>The ids that <see cref="Encode(ReadOnlySpan{char}, TokenBuffer, bool, bool)"/> puts in front of a text.</summary>
    public IReadOnlyList<int> Before { get; }

    /// <summary>The ids that it puts behind.</summary>
    public IReadOnlyList<int> After { get; }

    /// <summary>The tokens that are found in text by their names, by id.</summary>
    public IReadOnlyList<AddedToken> Added { get; }

    /// <inheritdoc/>
    public override bool StartsWithSpace => _vocabulary.StartsWithSpace;

    /// <summary>Reads a model's folder, or one file: tokenizer.model, tokenizer.json, or vocab.json with merges.txt beside it.</summary>
    /// <exception cref="InvalidDataException">There is no tokenizer, or one that cannot be used; the message says why.</exception>
    public static ModelTokenizer Load(string path, TokenizerSwitches? switches = null) => TokenizerFolder.Load(path, switches ?? new TokenizerSwitches());

    /// <summary>What changes when the files of a tokenizer do: their names, lengths and contents.</summary>
    public static string VersionOf(string path)
    {
        var folder = Directory.Exists(path) ? path : Path.GetDirectoryName(path)!;
        return FileVersions.Of(Files.Append(Path.GetFileName(path)).Select(name => new FileInfo(Path.Combine(folder, name))));
    }

    /// <inheritdoc/>
    public override void Encode(ReadOnlySpan<char> text, TokenBuffer ids) => _vocabulary.Encode(text, ids);

    /// <summary>Appends the ids of a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="ids">Where they go.</param>
    /// <param name="parseSpecial">Whether names of added tokens in the text stand for them. Texts of users should not be able to, prompts must.</param>
    /// <param name="addEnds">Whether <see cref="Before"/> and <see cref="After"/> are put around it.</param>
    public void Encode(ReadOnlySpan<char> text, TokenBuffer ids, bool parseSpecial, bool addEnds)
    {
        ArgumentNullException.ThrowIfNull(ids);
        for (var i = 0; addEnds && i < Before.Count; i++)
        {
            ids.Add(Before[i]);
        }

        if (parseSpecial)
        {
            EncodeParts(text, ids, _first, true, []);
        }
        else
        {
            Encode(text, ids);
        }

        for (var i = 0; addEnds && i < After.Count; i++)
        {
            ids.Add(After[i]);
        }
    }

    /// <summary>Appends the ids of a prompt, encoded as one text in which only what the template wrote can be an added token.</summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="ids">Where they go.</param>
    /// <param name="addBefore">Whether <see cref="Before"/> is put in front.</param>
    public void Encode(IReadOnlyList<PromptPart> prompt, TokenBuffer ids, bool addBefore)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        ArgumentNullException.ThrowIfNull(ids);
        for (var i = 0; addBefore && i < Before.Count; i++)
        {
            ids.Add(Before[i]);
        }

        var said = new List<(int Start, int End)>();
        var text = new StringBuilder();
        foreach (var part in prompt)
        {
            if (!part.IsTemplate && part.Text.Length > 0)
            {
                said.Add((text.Length, text.Length + part.Text.Length));
            }

            text.Append(part.Text);
        }

        EncodeParts(text.ToString(), ids, _first, true, said);
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> BytesOf(int id) => _added.TryGetValue(id, out var added) ? added.Bytes : _vocabulary.BytesOf(id);

    /// <inheritdoc/>
    public override int? IdOf(string token) => _ids.TryGetValue(token, out var id) ? id : _vocabulary.IdOf(token);

    /// <summary>The text of some ids. Of what <see cref="Encode(ReadOnlySpan{char}, TokenBuffer, bool, bool)"/> gives, it is the same text again, where no token takes white space away.</summary>
    /// <param name="ids">The ids.</param>
    /// <param name="skipSpecial">Whether special tokens are left out; otherwise their names appear.</param>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecial)
    {
        var decoder = new StreamDecoder(_vocabulary);
        var text = new ArrayBufferWriter<char>();
        var begun = false;
        foreach (var id in ids)
        {
            if (!_added.TryGetValue(id, out var added))
            {
                decoder.Add(id, text);
                begun = true;
                continue;
            }

            begun |= id != BosId;
            decoder.Break(text, _prefixAfterAdded || !begun);
            if (!added.Token.Special || !skipSpecial)
            {
                text.Write(added.Token.Content);
            }
        }

        decoder.End(text);
        return new string(text.WrittenSpan);
    }

    private void EncodeParts(ReadOnlySpan<char> text, TokenBuffer ids, SpecialTokens tokens, bool first, IReadOnlyList<(int Start, int End)> said, int offset = 0)
    {
        for (int at = 0, search = 0; ;)
        {
            var token = tokens.Find(text, ref search, at, out var start, out var end);
            if (token is not null && IsSaid(said, offset + search - token.Content.Length, offset + search))
            {
                continue;
            }

            var part = text[at..start];
            if (tokens == _first)
            {
                EncodeParts(part, ids, _second, first && at == 0, said, offset + at);
            }
            else if (!part.IsEmpty)
            {
                EncodePart(part, ids, (first && at == 0) || _prefixAfterAdded);
            }

            if (token is null)
            {
                break;
            }

            ids.Add(token.Id);
            at = end;
        }
    }

    private static bool IsSaid(IReadOnlyList<(int Start, int End)> said, int start, int end)
    {
        foreach (var range in said)
        {
            if (range.Start < end && start < range.End)
            {
                return true;
            }
        }

        return false;
    }

    private void EncodePart(ReadOnlySpan<char> part, TokenBuffer ids, bool prefix)
    {
        if (_vocabulary is SentencePieceTokenizer pieces)
        {
            pieces.Encode(part, ids, prefix);
        }
        else
        {
            _vocabulary.Encode(part, ids);
        }
    }
}
