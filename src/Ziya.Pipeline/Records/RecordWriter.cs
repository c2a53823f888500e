namespace Ziya.Pipeline.Records;

/// <summary>Writes records of one kind as JSON. Not for two threads at once.</summary>
internal sealed class RecordWriter(RecordKind kind)
{
    private readonly RecordShape _shape = RecordShape.Of(kind);
    private readonly object?[] _values = new object?[RecordShape.Of(kind).Slots.Count];
    private readonly object?[] _before = new object?[RecordShape.Of(kind).Slots.Count];

    /// <summary>The record as one object. <paramref name="withOrigin"/> adds <c>_at</c>: file, offset, line.</summary>
    public void Write(JsonLine line, Record record, bool withOrigin)
    {
        line.Raw((byte)'{');
        Members(line, record);
        if (withOrigin)
        {
            line.Name("_at"u8);
            Write(line, record.Origin);
        }

        line.Raw((byte)'}');
    }

    /// <summary>Where a record was read, as an object.</summary>
    public static void Write(JsonLine line, Origin origin)
    {
        line.Raw((byte)'{');
        line.Name("file"u8);
        line.Text(origin.File);
        line.Name("offset"u8);
        line.Number(origin.Offset);
        if (origin.Line > 0)
        {
            line.Name("line"u8);
            line.Number(origin.Line);
        }

        line.Raw((byte)'}');
    }

    /// <summary>The fields of the record, without braces.</summary>
    public void Members(JsonLine line, Record record)
    {
        _shape.Load(record, _values);
        for (var i = 0; i < _values.Length; i++)
        {
            if (_values[i] is { } value)
            {
                line.Name(_shape.Slots[i].Utf8);
                Value(line, value);
            }
        }
    }

    /// <summary>The fields in which <paramref name="after"/> differs from <paramref name="before"/>; false where none does.</summary>
    public bool Changes(JsonLine line, Record before, Record after)
    {
        if (ReferenceEquals(before, after))
        {
            return false;
        }

        var any = false;
        _shape.Load(before, _before);
        _shape.Load(after, _values);
        for (var i = 0; i < _values.Length; i++)
        {
            if (Equals(_before[i], _values[i]))
            {
                continue;
            }

            any = true;
            line.Name(_shape.Slots[i].Utf8);
            Value(line, _values[i]);
        }

        return any;
    }

    /// <summary>Those of the fields of the record that are named, without braces.</summary>
    public void Members(JsonLine line, Record record, IReadOnlyList<string> names)
    {
        _shape.Load(record, _values);
        foreach (var name in names)
        {
            var at = _shape.Find(name);
            if (at >= 0 && _values[at] is { } value)
            {
                line.Name(_shape.Slots[at].Utf8);
                Value(line, value);
            }
        }
    }

    /// <summary>Turns as a list of objects.</summary>
    public static void Value(JsonLine line, IReadOnlyList<Message> messages)
    {
        line.Raw((byte)'[');
        foreach (var message in messages)
        {
            line.Comma();
            line.Raw("{\"role\":"u8);
            line.Text(message.Role);
            line.Raw(",\"content\":"u8);
            line.Text(message.Content);
            line.Raw((byte)'}');
        }

        line.Raw((byte)']');
    }

    private static void Value(JsonLine line, object? value)
    {
        switch (value)
        {
            case null:
                line.Raw("null"u8);
                break;
            case string text:
                line.Text(text);
                break;
            case double number:
                line.Number(number);
                break;
            case Fields fields:
                line.Raw((byte)'{');
                line.Raw(fields.Members.Span);
                line.Raw((byte)'}');
                break;
            case Scores scores:
                Value(line, scores);
                break;
            case IReadOnlyList<Candidate> candidates:
                line.Raw((byte)'[');
                foreach (var candidate in candidates)
                {
                    line.Comma();
                    Value(line, candidate);
                }

                line.Raw((byte)']');
                break;
            case IReadOnlyList<Message> messages:
                Value(line, messages);
                break;
        }
    }

    private static void Value(JsonLine line, Scores scores)
    {
        line.Raw((byte)'{');
        foreach (var (name, score) in scores)
        {
            line.Name(name);
            line.Number(score);
        }

        line.Raw((byte)'}');
    }

    private static void Value(JsonLine line, Candidate candidate)
    {
        line.Raw("{\"output\":"u8);
        line.Text(candidate.Output);
        if (candidate.Model is not null)
        {
            line.Name("model"u8);
            line.Text(candidate.Model);
        }

        if (candidate.Scores.Count > 0)
        {
            line.Name("scores"u8);
            Value(line, candidate.Scores);
        }

        line.Raw((byte)'}');
    }
}
