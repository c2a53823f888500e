using System.Globalization;
using System.Text;
using Ziya.Models.Protos;
using Piece = Ziya.Models.Protos.SentencePieceModel.Types.Piece;
using PieceType = Ziya.Models.Protos.SentencePieceModel.Types.Piece.Types.Type;

namespace Ziya.Models.Tokenization;

/// <summary>What a SentencePiece model says, made ready for encoding. Symbols are ids; characters that only occur inside tokens have numbers from <see cref="Size"/> on.</summary>
internal sealed class SentencePieceVocabulary
{
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _symbols = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _symbolOf;
    private readonly byte[][] _bytes;
    private readonly List<string> _characters = [];
    private readonly int[] _single = new int[char.MaxValue + 1];

    public SentencePieceVocabulary(SentencePieceModel model)
    {
        Check(model);
        Size = model.Pieces.Count;
        AddsPrefix = model.Normalizer?.AddDummyPrefix ?? true;
        BosId = ControlId(model, model.Trainer.BosId);
        EosId = ControlId(model, model.Trainer.EosId);
        UnknownId = model.Pieces.Select((piece, id) => (piece, id)).First(pair => pair.piece.Type == PieceType.Unknown).id;
        _bytes = new byte[Size][];
        var pieces = new List<(string Text, float Score)>();
        for (var id = 0; id < Size; id++)
        {
            var piece = model.Pieces[id];
            _ids.TryAdd(piece.Piece_, id);
            _bytes[id] = Decode(piece);
            if (piece.Type == PieceType.Byte)
            {
                ByteIds[_bytes[id][0]] = id;
            }
            else if (piece.Type == PieceType.Normal && _symbols.TryAdd(piece.Piece_, id))
            {
                pieces.Add((piece.Piece_, piece.Score));
                Joined.Add(piece.Piece_);
            }
        }

        HasBytes = model.Trainer.ByteFallback;
        Merges = MakeMerges(pieces);
        _symbolOf = _symbols.GetAlternateLookup<ReadOnlySpan<char>>();
        for (var unit = 0; unit < _single.Length; unit++)
        {
            var symbol = Find([(char)unit]);
            _single[unit] = symbol < Size ? symbol : -1;
        }
    }

    /// <summary>Tokens.</summary>
    public int Size { get; }

    /// <summary>Whether a space is put in front of a text.</summary>
    public bool AddsPrefix { get; }

    /// <summary>The token at the beginning of a text.</summary>
    public int? BosId { get; }

    /// <summary>The token at the end of a text.</summary>
    public int? EosId { get; }

    /// <summary>The token of what is no token.</summary>
    public int UnknownId { get; }

    /// <summary>Whether unknown characters become bytes.</summary>
    public bool HasBytes { get; }

    /// <summary>The tokens of the 256 bytes.</summary>
    public int[] ByteIds { get; } = new int[256];

    /// <summary>Which characters stand side by side in tokens.</summary>
    public PairFilter Joined { get; } = new();

    /// <summary>What merges.</summary>
    public MergeTable Merges { get; }

    /// <summary>The token that is this one character; -1 if there is none.</summary>
    public int Single(char unit) => _single[unit];

    /// <summary>The symbol of a text; -1 if there is none.</summary>
    public int Find(ReadOnlySpan<char> text) => _symbolOf.TryGetValue(text, out var symbol) ? symbol : -1;

    /// <summary>The character of a symbol that is no token.</summary>
    public string Character(int symbol) => _characters[symbol - Size];

    /// <summary>The token of that name.</summary>
    public int? IdOf(string token) => _ids.TryGetValue(token, out var id) ? id : null;

    /// <summary>The bytes of a token.</summary>
    public ReadOnlySpan<byte> BytesOf(int id) => (uint)id < (uint)Size ? _bytes[id] : [];

    private static void Check(SentencePieceModel model)
    {
        if (model.Pieces.Count == 0 || model.Trainer is null)
        {
            throw new NotSupportedException("it has no pieces.");
        }

        if (model.Trainer.Model != SentencePieceTrainer.Types.Model.Bpe)
        {
            throw new NotSupportedException($"it is a {model.Trainer.Model.ToString().ToLowerInvariant()} model; BPE models are supported, as LLaMA and Ziya have them.");
        }

        if (model.Normalizer is { } normalizer && (normalizer.PrecompiledCharsmap.Length > 0 || normalizer.RemoveExtraWhitespaces || !normalizer.EscapeWhitespaces))
        {
            throw new NotSupportedException($"it normalises texts ('{normalizer.Name}'); identity without removal of spaces is supported, as LLaMA and Ziya have it.");
        }

        if (model.Trainer.TreatWhitespaceAsSuffix || model.Pieces.Any(piece => piece.Type is PieceType.UserDefined or PieceType.Unused))
        {
            throw new NotSupportedException("it has user-defined or unused pieces, or spaces as suffixes.");
        }

        if (!model.Pieces.Any(piece => piece.Type == PieceType.Unknown))
        {
            throw new NotSupportedException("it has no piece for what is unknown.");
        }

        if (model.Trainer.ByteFallback && model.Pieces.Count(piece => piece.Type == PieceType.Byte) != 256)
        {
            throw new NotSupportedException("it falls back to bytes, but does not have all 256 of them.");
        }
    }

    private static int? ControlId(SentencePieceModel model, int id) =>
        id >= 0 && id < model.Pieces.Count && model.Pieces[id].Type == PieceType.Control ? id : null;

    private static byte[] Decode(Piece piece) => piece.Type switch
    {
        PieceType.Byte => [ParseByte(piece.Piece_)],
        PieceType.Control => [],
        PieceType.Unknown => " ⁇ "u8.ToArray(),
        _ => Encoding.UTF8.GetBytes(piece.Piece_.Replace(SentencePieceTokenizer.Space, ' ')),
    };

    private static byte ParseByte(string name) =>
        name.Length == 6 && byte.TryParse(name.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new NotSupportedException($"its byte piece '{name}' is not written as <0x00>.");

    /// <summary>A token of two or more characters can be made of any two symbols that spell it; equal scores are equal ranks.</summary>
    private MergeTable MakeMerges(List<(string Text, float Score)> pieces)
    {
        foreach (var rune in pieces.SelectMany(piece => piece.Text.EnumerateRunes()))
        {
            if (_symbols.TryAdd(rune.ToString(), Size + _characters.Count))
            {
                _characters.Add(rune.ToString());
            }
        }

        var ranks = pieces.Select(piece => piece.Score).Distinct().OrderDescending().Select((score, rank) => (score, rank)).ToDictionary(pair => pair.score, pair => pair.rank);
        var symbolOf = _symbols.GetAlternateLookup<ReadOnlySpan<char>>();
        var merges = new List<(int, int, int, int)>();
        foreach (var (text, score) in pieces)
        {
            for (var cut = 1; cut < text.Length; cut++)
            {
                if (symbolOf.TryGetValue(text.AsSpan(0, cut), out var left) && symbolOf.TryGetValue(text.AsSpan(cut), out var right))
                {
                    merges.Add((left, right, ranks[score], _symbols[text]));
                }
            }
        }

        return new MergeTable(merges);
    }
}
