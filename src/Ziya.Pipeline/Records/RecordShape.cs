namespace Ziya.Pipeline.Records;

/// <summary>
/// The JSON form of a record kind: its fields in order, and how a record turns into field values and back. Reading, writing,
/// differences between two versions of a record and the JSON Schema all go by this one table.
/// </summary>
internal sealed class RecordShape
{
    private const int IdSlot = 0;

    private static readonly Slot Id = new("id", SlotType.Text, false, "Name of the record; generated from file and byte offset where absent.");

    private static readonly Slot[] Common =
    [
        new("source", SlotType.Text, false, "Where the record came from: a URL or a file."),
        new("language", SlotType.Text, false, "ISO 639-1 code, or und."),
        new("meta", SlotType.Fields, false, "Fields of the input that this kind does not have."),
        new("scores", SlotType.Scores, false, "Numbers written by steps, by name."),
        new("bucket", SlotType.Text, false, "Bucket written by the step bucket."),
    ];

    private readonly Func<object?[], int, Origin, Record> _build;
    private readonly Action<Record, object?[]> _load;
    private readonly int _common;

    private RecordShape(
        RecordKind kind, Slot[] own, Func<object?[], int, Origin, Record> build, Action<Record, object?[]> load)
    {
        Kind = kind;
        Slots = [Id, .. own, .. Common];
        _build = build;
        _load = load;
        _common = own.Length + 1;
    }

    /// <summary>The kind described.</summary>
    public RecordKind Kind { get; }

    /// <summary>The fields in the order they are written.</summary>
    public IReadOnlyList<Slot> Slots { get; }

    private static readonly RecordShape DocumentShape = new(
        RecordKind.Document,
        [new("text", SlotType.Text, true, "The text.")],
        (v, c, origin) => new Document
        {
            Id = (string)v[IdSlot]!,
            Text = (string)v[1]!,
            Source = (string?)v[c],
            Language = (string?)v[c + 1],
            Meta = v[c + 2] as Fields ?? Fields.Empty,
            Scores = v[c + 3] as Scores ?? Scores.Empty,
            Bucket = (string?)v[c + 4],
            Origin = origin,
        },
        (record, v) => v[1] = ((Document)record).Text);

    private static readonly RecordShape InstructionShape = new(
        RecordKind.Instruction,
        [
            new("instruction", SlotType.Text, true, "What is asked for."),
            new("input", SlotType.Text, false, "What the instruction is applied to."),
            new("output", SlotType.Text, false, "The answer."),
            new("system", SlotType.Text, false, "The system prompt."),
            new("task", SlotType.Text, false, "The type of task."),
            new("difficulty", SlotType.Number, false, "How hard it is, easy to hard."),
            new("lineage", SlotType.Fields, false, "Parents, model and prompt kind of a generated record."),
            new("candidates", SlotType.Candidates, false, "Several answers: objects with output, model and scores."),
        ],
        (v, c, origin) => new Instruction
        {
            Id = (string)v[IdSlot]!,
            Text = (string)v[1]!,
            Input = (string?)v[2],
            Output = (string?)v[3],
            System = (string?)v[4],
            Task = (string?)v[5],
            Difficulty = (double?)v[6],
            Lineage = v[7] as Fields ?? Fields.Empty,
            Candidates = v[8] as IReadOnlyList<Candidate> ?? [],
            Source = (string?)v[c],
            Language = (string?)v[c + 1],
            Meta = v[c + 2] as Fields ?? Fields.Empty,
            Scores = v[c + 3] as Scores ?? Scores.Empty,
            Bucket = (string?)v[c + 4],
            Origin = origin,
        },
        (record, v) =>
        {
            var instruction = (Instruction)record;
            v[1] = instruction.Text;
            v[2] = instruction.Input;
            v[3] = instruction.Output;
            v[4] = instruction.System;
            v[5] = instruction.Task;
            v[6] = instruction.Difficulty;
            v[7] = instruction.Lineage.IsEmpty ? null : instruction.Lineage;
            v[8] = instruction.Candidates.Count == 0 ? null : instruction.Candidates;
        });

    private static readonly RecordShape DialogueShape = new(
        RecordKind.Dialogue,
        [new("messages", SlotType.Messages, true, "The turns: objects with role and content.")],
        (v, c, origin) => new Dialogue
        {
            Id = (string)v[IdSlot]!,
            Messages = (IReadOnlyList<Message>)v[1]!,
            Source = (string?)v[c],
            Language = (string?)v[c + 1],
            Meta = v[c + 2] as Fields ?? Fields.Empty,
            Scores = v[c + 3] as Scores ?? Scores.Empty,
            Bucket = (string?)v[c + 4],
            Origin = origin,
        },
        (record, v) => v[1] = ((Dialogue)record).Messages);

    private static readonly RecordShape PreferenceShape = new(
        RecordKind.Preference,
        [
            new("prompt", SlotType.Text, true, "What was asked."),
            new("chosen", SlotType.Text, true, "The better answer."),
            new("rejected", SlotType.Text, true, "The worse answer."),
            new("system", SlotType.Text, false, "The system prompt both answers were given under."),
            new("models", SlotType.Fields, false, "Which model wrote which answer."),
        ],
        (v, c, origin) => new Preference
        {
            Id = (string)v[IdSlot]!,
            Prompt = (string)v[1]!,
            Chosen = (string)v[2]!,
            Rejected = (string)v[3]!,
            System = (string?)v[4],
            Models = v[5] as Fields ?? Fields.Empty,
            Source = (string?)v[c],
            Language = (string?)v[c + 1],
            Meta = v[c + 2] as Fields ?? Fields.Empty,
            Scores = v[c + 3] as Scores ?? Scores.Empty,
            Bucket = (string?)v[c + 4],
            Origin = origin,
        },
        (record, v) =>
        {
            var preference = (Preference)record;
            v[1] = preference.Prompt;
            v[2] = preference.Chosen;
            v[3] = preference.Rejected;
            v[4] = preference.System;
            v[5] = preference.Models.IsEmpty ? null : preference.Models;
        });

    /// <summary>The shape of a kind.</summary>
    public static RecordShape Of(RecordKind kind) => kind switch
    {
        RecordKind.Document => DocumentShape,
        RecordKind.Instruction => InstructionShape,
        RecordKind.Dialogue => DialogueShape,
        _ => PreferenceShape,
    };

    /// <summary>A record from field values, which are those of <see cref="Slots"/> in order.</summary>
    public Record Build(object?[] values, Origin origin) => _build(values, _common, origin);

    /// <summary>The field values of a record; null for what it does not have.</summary>
    public void Load(Record record, object?[] values)
    {
        values[IdSlot] = record.Id;
        _load(record, values);
        values[_common] = record.Source;
        values[_common + 1] = record.Language;
        values[_common + 2] = record.Meta.IsEmpty ? null : record.Meta;
        values[_common + 3] = record.Scores.Count == 0 ? null : record.Scores;
        values[_common + 4] = record.Bucket;
    }

    /// <summary>The place of a field among <see cref="Slots"/>, or -1.</summary>
    public int Find(ReadOnlySpan<byte> name)
    {
        for (var i = 0; i < Slots.Count; i++)
        {
            if (name.SequenceEqual(Slots[i].Utf8))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>The place of a field among <see cref="Slots"/>, or -1.</summary>
    public int Find(string name) => Find(System.Text.Encoding.UTF8.GetBytes(name));
}
