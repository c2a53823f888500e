using System.Text.Json;
using Ziya.Models.Generation;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Models.Recordings;

/// <summary>
/// An answer of a recording: what it is for, and what a model said: a text, or a score. A line of JSON that people can write as well:
/// <c>{"record":"zh-1","step":"answer","operation":"answer","text":"你好！"}</c>.
/// </summary>
/// <param name="For">What it is for.</param>
internal sealed record RecordedAnswer(Purpose For)
{
    /// <summary>The model's name where a line does not say one.</summary>
    public const string Unnamed = "recorded";

    /// <summary>Who answered, by the name that what is made of the answer will bear.</summary>
    public string Model { get; init; } = Unnamed;

    /// <summary>What a writing model answered; null where there is a score, or nothing yet.</summary>
    public string? Text { get; init; }

    /// <summary>How the text ended.</summary>
    public Ending Ending { get; init; } = Ending.Stop;

    /// <summary>What a reward model answered.</summary>
    public double? Score { get; init; }

    /// <summary>How many tokens at the end it was not shown.</summary>
    public int Cut { get; init; }

    /// <summary>What a model answered that scores texts: the sum of the logarithms of the tokens' probabilities.</summary>
    public double? LogProbability { get; init; }

    /// <summary>How many tokens that is the sum of.</summary>
    public int Tokens { get; init; }

    /// <summary>What a model answered that was to choose among beginnings of an answer: the logarithm of each one's probability.</summary>
    public IReadOnlyList<double>? Choices { get; init; }

    /// <summary>The hash of what was asked (<see cref="PromptHash"/>); null where nobody noted it.</summary>
    public string? Prompt { get; init; }

    /// <summary>Whether there is an answer: lines without are places to write one.</summary>
    public bool IsAnswered => Kinds > 0;

    private int Kinds => (Text is null ? 0 : 1) + (Score is null ? 0 : 1) + (LogProbability is null ? 0 : 1) + (Choices is null ? 0 : 1);

    /// <summary>Reads a line.</summary>
    /// <exception cref="InvalidDataException">It is no answer; the message says why.</exception>
    public static RecordedAnswer Parse(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            return json.RootElement.ValueKind == JsonValueKind.Object ? Parse(json.RootElement) : throw new InvalidDataException("expected a JSON object.");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Half a surrogate pair is JSON and no text.
            throw new InvalidDataException($"not valid JSON: {exception.Message}", exception);
        }
    }

    /// <summary>Writes it as a line, without the line's end.</summary>
    public void Write(JsonLine line)
    {
        line.Clear();
        Begin(line, For, Model);
        WriteValue(line);
        if (Ending != Ending.Stop)
        {
            line.Name("ending"u8);
            line.Text(Ending == Ending.Length ? "length" : "filtered");
        }

        if (Cut > 0)
        {
            line.Name("cut"u8);
            line.Number(Cut);
        }

        if (Prompt is not null)
        {
            line.Name("prompt"u8);
            line.Text(Prompt);
        }

        line.Raw((byte)'}');
    }

    /// <summary>A question that has no answer yet, as a line to write one into: <paramref name="value"/> names the field that the answer belongs in.</summary>
    public static void WriteQuestion(JsonLine line, Purpose purpose, string model, string value, IReadOnlyList<Message> asked, string prompt)
    {
        line.Clear();
        Begin(line, purpose, model);
        line.Name(value);
        line.Raw("null"u8);
        line.Name("prompt"u8);
        line.Text(prompt);
        line.Name("asked"u8);
        line.Raw((byte)'[');
        foreach (var message in asked)
        {
            line.Comma();
            line.Raw((byte)'{');
            line.Name("role"u8);
            line.Text(message.Role);
            line.Name("content"u8);
            line.Text(message.Content);
            line.Raw((byte)'}');
        }

        line.Raw("]}"u8);
    }

    private void WriteValue(JsonLine line)
    {
        if (Text is not null)
        {
            line.Name("text"u8);
            line.Text(Text);
        }
        else if (Score is { } score)
        {
            line.Name("score"u8);
            line.Number(score);
        }
        else if (LogProbability is { } log)
        {
            line.Name("log_probability"u8);
            line.Number(log);
            line.Name("tokens"u8);
            line.Number(Tokens);
        }
        else
        {
            line.Name("choices"u8);
            line.Raw((byte)'[');
            foreach (var choice in Choices!)
            {
                line.Comma();
                line.Number(choice);
            }

            line.Raw((byte)']');
        }
    }

    private static void Begin(JsonLine line, Purpose purpose, string model)
    {
        line.Raw((byte)'{');
        line.Name("record"u8);
        line.Text(purpose.Record);
        line.Name("step"u8);
        line.Text(purpose.Step);
        line.Name("operation"u8);
        line.Text(purpose.Operation);
        if (purpose.Sample != 1)
        {
            line.Name("sample"u8);
            line.Number(purpose.Sample);
        }

        line.Name("model"u8);
        line.Text(model);
    }

    private static RecordedAnswer Parse(JsonElement line)
    {
        var answer = new RecordedAnswer(new Purpose("", "", ""));
        foreach (var field in line.EnumerateObject())
        {
            var value = field.Value;
            answer = field.Name switch
            {
                "record" => answer with { For = answer.For with { Record = Word(field) } },
                "step" => answer with { For = answer.For with { Step = Word(field) } },
                "operation" => answer with { For = answer.For with { Operation = Word(field) } },
                "sample" => answer with { For = answer.For with { Sample = Number(field) } },
                "model" => answer with { Model = Word(field) },
                "text" => answer with { Text = value.ValueKind == JsonValueKind.Null ? null : value.ValueKind == JsonValueKind.String ? value.GetString() : throw Wrong(field, "a text or null") },
                "ending" => answer with { Ending = EndingOf(field) },
                "score" => answer with { Score = Real(field) },
                "log_probability" => answer with { LogProbability = Real(field) },
                "tokens" => answer with { Tokens = Number(field) },
                "choices" => answer with { Choices = Reals(field) },
                "cut" => answer with { Cut = Number(field) },
                "prompt" => answer with { Prompt = value.ValueKind == JsonValueKind.Null ? null : Word(field) },
                "asked" or "note" => answer,
                _ => throw new InvalidDataException($"\"{field.Name}\" is no field of an answer: record, step, operation, sample, model, text, ending, score, cut, log_probability, tokens, choices, prompt, asked, note."),
            };
        }

        return answer.For switch
        {
            { Record: "" } => throw new InvalidDataException("\"record\" is missing: the id of the record that the answer is for."),
            { Step: "" } => throw new InvalidDataException("\"step\" is missing: the step that asks, by its name in the job."),
            { Operation: "" } => throw new InvalidDataException("\"operation\" is missing: what the step asks for."),
            _ => answer.Kinds > 1 ? throw new InvalidDataException("a line holds one answer: \"text\", \"score\", \"log_probability\" or \"choices\".") : answer,
        };
    }

    private static string Word(JsonProperty field) =>
        field.Value.ValueKind == JsonValueKind.String && field.Value.GetString() is { Length: > 0 } text ? text : throw Wrong(field, "a text");

    private static int Number(JsonProperty field) =>
        field.Value.ValueKind == JsonValueKind.Number && field.Value.TryGetInt32(out var number) && number >= 0 ? number : throw Wrong(field, "a whole number");

    private static double? Real(JsonProperty field) => field.Value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.Number => field.Value.GetDouble(),
        _ => throw Wrong(field, "a number or null"),
    };

    private static IReadOnlyList<double>? Reals(JsonProperty field) =>
        field.Value.ValueKind == JsonValueKind.Null ? null
        : field.Value.ValueKind == JsonValueKind.Array && field.Value.EnumerateArray().All(element => element.ValueKind is JsonValueKind.Number or JsonValueKind.Null)

            // What JSON has no number for is written as null; whatever it was, it is no choice.
            ? [.. field.Value.EnumerateArray().Select(element => element.ValueKind == JsonValueKind.Null ? double.NegativeInfinity : element.GetDouble())]
        : throw Wrong(field, "a list of numbers or null");

    private static Ending EndingOf(JsonProperty field) => Word(field) switch
    {
        "stop" => Ending.Stop,
        "length" => Ending.Length,
        "filtered" => Ending.Filtered,
        _ => throw Wrong(field, "stop, length or filtered"),
    };

    private static InvalidDataException Wrong(JsonProperty field, string expected) => new($"\"{field.Name}\" expects {expected}, found {field.Value.GetRawText()}.");
}
