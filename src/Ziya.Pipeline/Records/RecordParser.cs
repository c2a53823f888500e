using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;

namespace Ziya.Pipeline.Records;

/// <summary>
/// Turns JSON objects into records of one kind. Names mapped by the job's <c>fields:</c> come first, then the kind's own names;
/// everything else is kept in <c>meta</c>. Not for two threads at once.
/// </summary>
internal sealed class RecordParser
{
    private const int MostScoreNames = 1000;

    private readonly RecordShape _shape;
    private readonly bool _internal;
    private readonly object?[] _values;
    private readonly ArrayBufferWriter<byte> _unknown = new();
    private readonly JsonString _texts = new();
    private readonly Dictionary<string, string> _names = [];
    private readonly List<(byte[] Name, int Slot)> _mapped = [];
    private readonly List<(byte[] Root, string Path, int Slot)> _nested = [];
    private readonly bool[] _isMapped;
    private string _lastFile = "";
    private bool _once;
    private int _without = -1;

    /// <summary>A parser for what the pipeline itself wrote, origin included.</summary>
    public static RecordParser ForInternal(RecordKind kind) => new(kind, new Dictionary<string, string>(), true);

    /// <summary>A parser for a job's input. <paramref name="fields"/>: record field to its (dotted) name in the input.</summary>
    public RecordParser(RecordKind kind, IReadOnlyDictionary<string, string> fields)
        : this(kind, fields, false)
    {
    }

    private RecordParser(RecordKind kind, IReadOnlyDictionary<string, string> fields, bool isInternal)
    {
        _shape = RecordShape.Of(kind);
        _internal = isInternal;
        _values = new object?[_shape.Slots.Count];
        _isMapped = new bool[_values.Length];
        foreach (var (field, path) in fields.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            var slot = _shape.Find(field);
            var dot = path.IndexOf('.', StringComparison.Ordinal);
            _isMapped[slot] = true;
            if (dot < 0)
            {
                _mapped.Add((System.Text.Encoding.UTF8.GetBytes(path), slot));
            }
            else
            {
                _nested.Add((System.Text.Encoding.UTF8.GetBytes(path[..dot]), path, slot));
            }
        }
    }

    /// <summary>
    /// The record in <paramref name="json"/>, or null with the reason. <paramref name="source"/> names the input for records
    /// that name no source, and with the offset makes the id of those that have none.
    /// </summary>
    public Record? Parse(ReadOnlySpan<byte> json, Origin origin, string source, out string? fault)
    {
        _once = true;
        if (!_internal && !Utf8.IsValid(json))
        {
            fault = $"invalid UTF-8 at byte {InvalidAt(json)} of the line; `encoding:` names another encoding";
            return null;
        }

        // What is wrong, and where, is told by a second look that takes no short cut.
        Array.Clear(_values);
        if (!TryRead(json, true, ref origin, out fault))
        {
            Array.Clear(_values);
            if (!TryRead(json, false, ref origin, out fault))
            {
                return null;
            }
        }

        _values[0] ??= string.Create(CultureInfo.InvariantCulture, $"{source}@{origin.Offset}");
        if (!_internal)
        {
            var at = _shape.Find("source"u8);
            _values[at] ??= source;
        }

        return _shape.Build(_values, origin);
    }

    /// <summary>As above, of a record whose text will be replaced by <see cref="Merge"/>: it is passed over.</summary>
    public Record? ParseWithoutText(ReadOnlySpan<byte> json, out string? fault)
    {
        _without = _shape.Find("text"u8);
        try
        {
            return Parse(json, default, "", out fault);
        }
        finally
        {
            _without = -1;
        }
    }

    /// <summary>A copy of <paramref name="record"/> with the fields of <paramref name="changes"/>, written by <see cref="RecordWriter.Changes"/>.</summary>
    public Record Merge(Record record, ReadOnlySpan<byte> changes)
    {
        _shape.Load(record, _values);
        _once = false;
        var origin = record.Origin;
        return TryRead(changes, true, ref origin, out var fault)
            ? _shape.Build(_values, origin)
            : throw new InvalidDataException($"The changes to record '{record.Id}' cannot be read: {fault}");
    }

    private bool TryRead(ReadOnlySpan<byte> json, bool quick, ref Origin origin, out string? fault)
    {
        _unknown.Clear();
        var reader = new Utf8JsonReader(json);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                fault = $"expected a JSON object, found {Describe(reader.TokenType)}";
                return false;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                fault = ReadMember(ref reader, ref json, quick, ref origin);
                if (fault is not null)
                {
                    return false;
                }
            }

            reader.Read();
        }
        catch (JsonException exception)
        {
            fault = exception.Message.Contains("configured depth", StringComparison.Ordinal)
                ? $"nested deeper than 64 levels at byte {exception.BytePositionInLine}"
                : $"not valid JSON at byte {exception.BytePositionInLine}: {Reason(exception)}";
            return false;
        }
        catch (InvalidOperationException)
        {
            fault = $"a string with half a surrogate pair near byte {reader.TokenStartIndex}";
            return false;
        }

        AddUnknown();
        return IsComplete(out fault);
    }

    private string? ReadMember(ref Utf8JsonReader reader, ref ReadOnlySpan<byte> json, bool quick, ref Origin origin)
    {
        var name = reader.ValueIsEscaped ? System.Text.Encoding.UTF8.GetBytes(reader.GetString()!) : reader.ValueSpan;
        if (_internal && name.SequenceEqual("_at"u8))
        {
            origin = ReadOrigin(ref reader);
            return null;
        }

        var nameStart = (int)reader.TokenStartIndex;
        var nested = false;
        foreach (var (root, _, _) in _nested)
        {
            nested |= name.SequenceEqual(root);
        }

        if (nested)
        {
            return ReadNested(ref reader, json, name.ToArray());
        }

        var slot = Find(name);
        if (quick && slot > 0 && _shape.Slots[slot].Type == SlotType.Text && !IsShort(slot) && (!_once || _values[slot] is null) && TryTakeText(ref reader, ref json, slot))
        {
            return null;
        }

        reader.Read();
        if (slot >= 0 && !TryReadSlot(ref reader, json, slot, name, out var fault))
        {
            return fault;
        }

        if (slot < 0)
        {
            reader.Skip();
            Keep(json[nameStart..(int)reader.BytesConsumed]);
        }

        return null;
    }

    /// <summary>Takes the string behind the name at hand, and goes on with another reader behind it; <paramref name="json"/> then begins where that one does.</summary>
    private bool TryTakeText(ref Utf8JsonReader reader, ref ReadOnlySpan<byte> json, int slot)
    {
        // Short ones gain nothing.
        const int Least = 256;
        var rest = json[(int)reader.BytesConsumed..];
        var quote = rest.IndexOfAnyExcept((byte)' ', (byte)'\t');
        if (quote < 0 || rest.Length < Least || rest[quote] != '"')
        {
            return false;
        }

        var bytes = slot == _without ? JsonString.Skip(rest[(quote + 1)..]) : 0;
        var text = bytes > 0 ? "" : _texts.Read(rest[(quote + 1)..], out bytes);
        if (text is null)
        {
            return false;
        }

        // The state behind some value is the state behind this one.
        var empty = new Utf8JsonReader("\"\""u8, false, reader.CurrentState);
        empty.Read();
        json = rest[(quote + 1 + bytes)..];
        reader = new Utf8JsonReader(json, true, empty.CurrentState);
        _values[slot] = text;
        return true;
    }

    private int Find(ReadOnlySpan<byte> name)
    {
        foreach (var (mapped, slot) in _mapped)
        {
            if (name.SequenceEqual(mapped))
            {
                return slot;
            }
        }

        var own = _shape.Find(name);
        return own >= 0 && _isMapped[own] ? -1 : own;
    }

    private bool TryReadSlot(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, int slot, ReadOnlySpan<byte> name, out string? fault)
    {
        fault = null;
        if (reader.TokenType == JsonTokenType.Null)
        {
            _values[slot] = null;
            return true;
        }

        var type = _shape.Slots[slot].Type;
        switch (type)
        {
            case var _ when _once && _values[slot] is not null:
                fault = $"\"{System.Text.Encoding.UTF8.GetString(name)}\" is there twice";
                return false;
            case SlotType.Text when reader.TokenType == JsonTokenType.String:
                _values[slot] = slot == 0 || !IsShort(slot) ? reader.GetString() : Intern(ref reader);
                return true;
            case SlotType.Text when slot == 0 && reader.TokenType == JsonTokenType.Number:
                _values[slot] = System.Text.Encoding.UTF8.GetString(reader.ValueSpan);
                return true;
            case SlotType.Number when reader.TokenType == JsonTokenType.Number:
                _values[slot] = reader.GetDouble();
                return true;
            case SlotType.Fields when reader.TokenType == JsonTokenType.StartObject:
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                _values[slot] = new Fields(Unescape(json[(start + 1)..((int)reader.BytesConsumed - 1)]));
                return true;
            case SlotType.Scores when reader.TokenType == JsonTokenType.StartObject:
                _values[slot] = ReadScores(ref reader, out fault);
                return fault is null;
            case SlotType.Messages when reader.TokenType == JsonTokenType.StartArray:
                _values[slot] = ReadMessages(ref reader, out fault);
                return fault is null;
            case SlotType.Candidates when reader.TokenType == JsonTokenType.StartArray:
                _values[slot] = ReadCandidates(ref reader, out fault);
                return fault is null;
            default:
                fault = $"\"{System.Text.Encoding.UTF8.GetString(name)}\" is {Describe(reader.TokenType)}, expected {Describe(type)}";
                return false;
        }
    }

    private bool IsShort(int slot) => _shape.Slots[slot].Name is "language" or "bucket" or "task";

    private string Intern(ref Utf8JsonReader reader)
    {
        var text = reader.GetString()!;
        if (_names.TryGetValue(text, out var known))
        {
            return known;
        }

        if (_names.Count < MostScoreNames)
        {
            _names.Add(text, text);
        }

        return text;
    }

    private Scores? ReadScores(ref Utf8JsonReader reader, out string? fault)
    {
        var scores = Scores.Empty;
        fault = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = Intern(ref reader);
            reader.Read();
            if (reader.TokenType != JsonTokenType.Number)
            {
                fault = $"score \"{name}\" is {Describe(reader.TokenType)}, expected a number";
                return null;
            }

            scores = scores.With(name, reader.GetDouble());
        }

        return scores;
    }

    private static List<Message>? ReadMessages(ref Utf8JsonReader reader, out string? fault)
    {
        var messages = new List<Message>();
        fault = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var message = JsonNode.Parse(ref reader) as JsonObject;
            if (message?["role"]?.GetValueKind() != JsonValueKind.String || message["content"]?.GetValueKind() != JsonValueKind.String)
            {
                fault = $"message {messages.Count + 1} is not an object with role and content";
                return null;
            }

            messages.Add(new Message((string)message["role"]!, (string)message["content"]!));
        }

        return messages;
    }

    private static List<Candidate>? ReadCandidates(ref Utf8JsonReader reader, out string? fault)
    {
        var candidates = new List<Candidate>();
        fault = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var candidate = JsonNode.Parse(ref reader) as JsonObject;
            if (candidate?["output"]?.GetValueKind() != JsonValueKind.String || candidate["scores"] is not (null or JsonObject))
            {
                fault = $"candidate {candidates.Count + 1} is not an object with output, and where it has scores, an object of numbers";
                return null;
            }

            var scores = Scores.Empty;
            foreach (var (name, value) in candidate["scores"] as JsonObject ?? [])
            {
                if (value?.GetValueKind() != JsonValueKind.Number)
                {
                    fault = $"score \"{name}\" of candidate {candidates.Count + 1} is no number";
                    return null;
                }

                scores = scores.With(name, (double)value);
            }

            var model = candidate["model"]?.GetValueKind() == JsonValueKind.String ? (string?)candidate["model"] : null;
            candidates.Add(new Candidate((string)candidate["output"]!, model) { Scores = scores });
        }

        return candidates;
    }

    private string? ReadNested(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, byte[] root)
    {
        reader.Read();
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        var node = JsonNode.Parse(json[start..(int)reader.BytesConsumed]);
        foreach (var (name, path, slot) in _nested)
        {
            if (!name.AsSpan().SequenceEqual(root))
            {
                continue;
            }

            var fault = Take(node, path[(path.IndexOf('.', StringComparison.Ordinal) + 1)..], path, slot);
            if (fault is not null)
            {
                return fault;
            }
        }

        var rest = new JsonLine();
        rest.Text(System.Text.Encoding.UTF8.GetString(root));
        rest.Raw((byte)':');
        JsonText.Write(rest, node);
        Keep(rest.Written);
        return null;
    }

    /// <summary>Moves the value at a path out of the node into its field.</summary>
    private string? Take(JsonNode? node, string path, string whole, int slot)
    {
        var parts = path.Split('.');
        var parent = node;
        foreach (var part in parts[..^1])
        {
            parent = Child(parent, part);
        }

        var value = Child(parent, parts[^1]);
        if (value is null)
        {
            return null;
        }

        var line = new JsonLine();
        JsonText.Write(line, value);
        var reader = new Utf8JsonReader(line.Written);
        reader.Read();
        var read = TryReadSlot(ref reader, line.Written, slot, System.Text.Encoding.UTF8.GetBytes(whole), out var fault);
        if (read && parent is JsonObject owner)
        {
            owner.Remove(parts[^1]);
        }

        return fault;
    }

    private static JsonNode? Child(JsonNode? node, string part) => node switch
    {
        JsonObject members => members[part],
        JsonArray items when int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var at) && at < items.Count => items[at],
        _ => null,
    };

    private Origin ReadOrigin(ref Utf8JsonReader reader)
    {
        long offset = 0;
        long line = 0;
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isFile = reader.ValueTextEquals("file"u8);
            var isOffset = reader.ValueTextEquals("offset"u8);
            reader.Read();
            if (isFile && !reader.ValueTextEquals(_lastFile))
            {
                _lastFile = reader.GetString()!;
            }
            else if (isOffset)
            {
                offset = reader.GetInt64();
            }
            else if (!isFile)
            {
                line = reader.GetInt64();
            }
        }

        return new Origin(_lastFile, offset, line);
    }

    private void Keep(ReadOnlySpan<byte> member)
    {
        if (_unknown.WrittenCount > 0)
        {
            _unknown.Write(","u8);
        }

        _unknown.Write(Unescape(member));
    }

    private void AddUnknown()
    {
        if (_unknown.WrittenCount == 0)
        {
            return;
        }

        var slot = _shape.Find("meta"u8);
        if (_values[slot] is not Fields { IsEmpty: false } meta)
        {
            _values[slot] = new Fields(_unknown.WrittenSpan.ToArray());
            return;
        }

        // The input has a meta of its own: its members stay, and an unknown field of the same name gets another.
        var both = (JsonObject)JsonNode.Parse(meta.ToObject())!;
        foreach (var (name, value) in (JsonObject)JsonNode.Parse(new Fields(_unknown.WrittenMemory).ToObject())!)
        {
            var free = name;
            while (both.ContainsKey(free))
            {
                free += "_";
            }

            both.Add(free, value?.DeepClone());
        }

        var line = new JsonLine();
        JsonText.Write(line, both);
        _values[slot] = new Fields(line.Written[1..^1].ToArray());
    }

    private bool IsComplete(out string? fault)
    {
        for (var i = 0; i < _values.Length; i++)
        {
            if (_values[i] is null && _shape.Slots[i].Required)
            {
                fault = $"\"{NameInInput(i)}\" is missing; `fields:` can name another field for {_shape.Slots[i].Name}";
                return false;
            }
        }

        fault = null;
        return true;
    }

    private string NameInInput(int slot)
    {
        foreach (var (name, at) in _mapped)
        {
            if (at == slot)
            {
                return System.Text.Encoding.UTF8.GetString(name);
            }
        }

        return _nested.Find(nested => nested.Slot == slot).Path ?? _shape.Slots[slot].Name;
    }

    private static byte[] Unescape(ReadOnlySpan<byte> json)
    {
        if (json.IndexOf("\\u"u8) < 0)
        {
            return json.ToArray();
        }

        // What comes out has no escaped CJK, so what goes in with it is rewritten once here.
        var line = new JsonLine();
        var braced = new Fields(json.ToArray()).ToObject();
        JsonText.Write(line, JsonNode.Parse(braced));
        return line.Written[1..^1].ToArray();
    }

    /// <summary>Where bytes stop being UTF-8.</summary>
    internal static long InvalidAt(ReadOnlySpan<byte> bytes)
    {
        var at = 0;
        while (at < bytes.Length && System.Text.Rune.DecodeFromUtf8(bytes[at..], out _, out var used) == OperationStatus.Done)
        {
            at += used;
        }

        return at;
    }

    private static string Reason(JsonException exception)
    {
        var message = exception.Message;
        var end = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return (end < 0 ? message : message[..end]).TrimEnd('.');
    }

    private static string Describe(JsonTokenType type) => type switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        JsonTokenType.True or JsonTokenType.False => "a boolean",
        JsonTokenType.Null => "null",
        _ => "nothing",
    };

    private static string Describe(SlotType type) => type switch
    {
        SlotType.Text => "a string",
        SlotType.Number => "a number",
        SlotType.Messages => "an array of messages",
        SlotType.Candidates => "an array of answers",
        _ => "an object",
    };
}
