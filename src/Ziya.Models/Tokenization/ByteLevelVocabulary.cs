using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;

namespace Ziya.Models.Tokenization;

/// <summary>A byte-level vocabulary and its merges, made ready for encoding. Symbols are ids.</summary>
internal sealed class ByteLevelVocabulary
{
    // Bytes from here on stand at the beginning of a character, others inside or alone.
    private const int FirstLead = 0xC0;

    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly byte[][] _bytes;
    private readonly Lazy<Dictionary<string, int>> _words;
    private readonly PairFilter _joined = new();

    // Pairs of bytes around the end of a character of which a token may hold less than the whole.
    private readonly bool[] _partlyJoined = new bool[1 << 16];

    /// <param name="tokens">Tokens as the file writes them, with their ids.</param>
    /// <param name="merges">What merges, first to last.</param>
    /// <param name="elsewhere">Ids that need no token, because the file adds them in another place.</param>
    public ByteLevelVocabulary(IReadOnlyCollection<(string Token, int Id)> tokens, IReadOnlyList<(string Left, string Right)> merges, IReadOnlySet<int>? elsewhere = null)
    {
        Size = Check(tokens, elsewhere ?? new HashSet<int>());
        _bytes = new byte[Size][];
        Array.Fill(_bytes, []);
        foreach (var (token, id) in tokens)
        {
            _bytes[id] = ByteAlphabet.Read(token) ?? Encoding.UTF8.GetBytes(token);
        }

        for (var value = 0; value < 256; value++)
        {
            ByteIds[value] = _ids.GetValueOrDefault(ByteAlphabet.Character((byte)value).ToString(), -1);
            if (ByteIds[value] < 0 && value < FirstLead)
            {
                throw new NotSupportedException($"it has no token for the byte 0x{value:X2}.");
            }

            for (var left = 0; ByteIds[value] < 0 && left < 256; left++)
            {
                // Where a byte is left out, its neighbours meet.
                _partlyJoined[(left << 8) | value] = true;
            }
        }

        Merges = MakeMerges(merges);
        _words = new(MakeWords);
    }

    /// <summary>Tokens.</summary>
    public int Size { get; }

    /// <summary>
    /// The tokens of the 256 bytes; -1 for bytes that begin characters the vocabulary does not know and that are left out, as
    /// <c>tokenizers</c> does. StarCoder's has none for 0xF1.
    /// </summary>
    public int[] ByteIds { get; } = new int[256];

    /// <summary>What merges.</summary>
    public MergeTable Merges { get; }

    /// <summary>The tokens by their names.</summary>
    public IReadOnlyDictionary<string, int> Ids => _ids;

    /// <summary>The token of that name.</summary>
    public int? IdOf(string token) => _ids.TryGetValue(token, out var id) ? id : null;

    /// <summary>The token that a word is as a whole; null if it is none.</summary>
    public int? Word(ReadOnlySpan<char> word) => _words.Value.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(word, out var id) ? id : null;

    /// <summary>The bytes of a token.</summary>
    public ReadOnlySpan<byte> BytesOf(int id) => (uint)id < (uint)Size ? _bytes[id] : [];

    /// <summary>Whether a merge may cross the end of a character, given the unit before it and the unit behind it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Joins(char left, char right) => _joined.Joins(left, right) || _partlyJoined[(LastByte(left) << 8) | FirstByte(right)];

    private int Check(IReadOnlyCollection<(string Token, int Id)> tokens, IReadOnlySet<int> elsewhere)
    {
        var names = new Dictionary<int, string>();
        foreach (var (token, id) in tokens)
        {
            if (id < 0 || id > tokens.Count + elsewhere.Count + (1 << 20))
            {
                throw new NotSupportedException($"the id {id} of '{token}' cannot be.");
            }

            if (!names.TryAdd(id, token))
            {
                throw new NotSupportedException($"'{names[id]}' and '{token}' have the same id {id}.");
            }

            if (!_ids.TryAdd(token, id))
            {
                throw new NotSupportedException($"'{token}' has two ids, {_ids[token]} and {id}.");
            }
        }

        var size = names.Count == 0 ? 0 : names.Keys.Max() + 1;
        for (var id = 0; id < size; id++)
        {
            if (!names.ContainsKey(id) && !elsewhere.Contains(id))
            {
                throw new NotSupportedException($"no token has the id {id}, though ids go up to {size - 1}.");
            }
        }

        return size;
    }

    /// <summary>The tokens that are whole characters, by their text.</summary>
    private Dictionary<string, int> MakeWords()
    {
        var words = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (token, id) in _ids)
        {
            if (ByteAlphabet.Read(token) is { } bytes && Utf8.IsValid(bytes))
            {
                words[Encoding.UTF8.GetString(bytes)] = id;
            }
        }

        return words;
    }

    private MergeTable MakeMerges(IReadOnlyList<(string Left, string Right)> merges)
    {
        var made = new (int, int, int, int)[merges.Count];
        for (var rank = 0; rank < merges.Count; rank++)
        {
            var (left, right) = merges[rank];
            var whole = Part(left + right);
            made[rank] = (Part(left), Part(right), rank, whole);
            Join(_bytes[whole]);

            int Part(string token) => _ids.TryGetValue(token, out var id)
                ? id
                : throw new NotSupportedException($"merge {rank + 1}, '{left} {right}', needs the token '{token}', which the vocabulary does not have.");
        }

        return new MergeTable(made);
    }

    /// <summary>Notes the neighbours of a token at the ends of characters.</summary>
    private void Join(byte[] token)
    {
        Span<char> units = stackalloc char[4];
        for (var at = 1; at < token.Length; at++)
        {
            if ((token[at] & 0xC0) == 0x80)
            {
                continue;
            }

            if (Rune.DecodeLastFromUtf8(token.AsSpan(0, at), out var left, out _) == System.Buffers.OperationStatus.Done
                && Rune.DecodeFromUtf8(token.AsSpan(at), out var right, out _) == System.Buffers.OperationStatus.Done)
            {
                var width = left.EncodeToUtf16(units);
                right.EncodeToUtf16(units[width..]);
                _joined.Add(units.Slice(width - 1, 2));
            }
            else
            {
                _partlyJoined[(token[at - 1] << 8) | token[at]] = true;
            }
        }
    }

    private static int LastByte(char unit) => unit < 0x80 ? unit : 0x80 | (unit & 0x3F);

    private static int FirstByte(char unit) => unit switch
    {
        < (char)0x80 => unit,
        < (char)0x800 => 0xC0 | (unit >> 6),
        >= '\uD800' and <= '\uDBFF' => 0xF0 | ((unit - 0xD800 + 0x40) >> 8),
        _ => 0xE0 | (unit >> 12),
    };
}
