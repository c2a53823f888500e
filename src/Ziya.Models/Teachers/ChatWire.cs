using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Ziya.Models.Teachers;

/// <summary>The JSON of chat completions.</summary>
internal static class ChatWire
{
    private const int ExcerptLength = 200;

    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The body of a request.</summary>
    public static byte[] Request(TeacherOptions teacher, IEnumerable<ChatMessage> messages, ChatOptions options)
    {
        var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body, Plain))
        {
            json.WriteStartObject();
            json.WriteString("model", options.ModelId ?? teacher.Model);
            json.WriteStartArray("messages");
            foreach (var message in messages)
            {
                json.WriteStartObject();
                json.WriteString("role", message.Role.Value);
                json.WriteString("content", message.Text);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            Write(json, teacher.MaxTokensKey, options.MaxOutputTokens);
            Write(json, "temperature", options.Temperature);
            Write(json, "top_p", options.TopP);
            Write(json, "top_k", options.TopK);
            Write(json, "presence_penalty", options.PresencePenalty);
            Write(json, "seed", options.Seed);
            if (options.StopSequences is { Count: > 0 } stops)
            {
                json.WritePropertyName("stop");
                JsonSerializer.Serialize(json, stops);
            }

            foreach (var (name, value) in options.AdditionalProperties ?? [])
            {
                json.WritePropertyName(name);
                JsonSerializer.Serialize(json, value);
            }

            json.WriteEndObject();
        }

        return body.ToArray();
    }

    /// <summary>The error a body tells of, or null.</summary>
    public static (string? Code, int? Status, string Message)? Error(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("error", out var error) || error.ValueKind is JsonValueKind.Null)
        {
            return null;
        }

        if (error.ValueKind != JsonValueKind.Object)
        {
            return (null, null, Clip(error.ToString()));
        }

        var code = Text(error, "code");
        var type = Text(error, "type");
        int? status = int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 400 and < 600 ? number
            : (code ?? type) is "context_length_exceeded" or "invalid_request_error" or "invalid_api_key" or "insufficient_quota" || type == "invalid_request_error" ? 400
            : (code ?? type)?.Contains("rate_limit", StringComparison.Ordinal) == true ? 429
            : null;
        return (code ?? type, status, Clip(Text(error, "message") ?? ""));
    }

    /// <summary>The answer in a body.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public static ChatResponse Answer(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object
            || !root.TryGetProperty("choices", out var choices) || choices.ValueKind != JsonValueKind.Array || choices.GetArrayLength() == 0
            || choices[0].ValueKind != JsonValueKind.Object
            || !choices[0].TryGetProperty("message", out var message) || message.ValueKind != JsonValueKind.Object)
        {
            throw new InvalidDataException("no 'choices' with a message");
        }

        var refusal = Text(message, "refusal");
        var reason = refusal is not null ? "content_filter" : Text(choices[0], "finish_reason");
        if (reason is null)
        {
            throw new InvalidDataException("no 'finish_reason': the answer was cut off");
        }

        var usage = root.TryGetProperty("usage", out var used) && used.ValueKind == JsonValueKind.Object
            ? new UsageDetails { InputTokenCount = Count(used, "prompt_tokens"), OutputTokenCount = Count(used, "completion_tokens") }
            : null;
        return new ChatResponse(new ChatMessage(ChatRole.Assistant, Text(message, "content") ?? refusal ?? ""))
        {
            ModelId = Text(root, "model"),
            FinishReason = new ChatFinishReason(reason),
            Usage = usage,
        };
    }

    /// <summary>The beginning of a body, on one line.</summary>
    public static string Excerpt(byte[] body) => Clip(Encoding.UTF8.GetString(body, 0, Math.Min(body.Length, ExcerptLength * 4)));

    private static string Clip(string text)
    {
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= ExcerptLength ? line : line[..ExcerptLength] + "...";
    }

    private static string? Text(JsonElement element, string name) => !element.TryGetProperty(name, out var value) ? null
        : value.ValueKind is JsonValueKind.String ? value.GetString()
        : value.ValueKind is JsonValueKind.Number ? value.GetRawText()
        : null;

    private static long? Count(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var count) && count is >= 0 and <= int.MaxValue ? count : null;

    private static void Write(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number)
        {
            // A float said as a double has digits that nobody wrote.
            json.WriteNumber(name, Math.Round(number, 6));
        }
    }

    private static void Write(Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
    }
}
