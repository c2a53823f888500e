using System.Text.Json;
using System.Text.Json.Nodes;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Synthesis.SelfInstruct;

/// <summary>Instructions as bytes between the phases of a run.</summary>
internal static class MadeRecords
{
    /// <summary>One record.</summary>
    public static void Write(JsonLine line, Instruction record) => new RecordWriter(RecordKind.Instruction).Write(line, record, false);

    /// <summary>Records that a step made, with the reasons of those it dropped.</summary>
    public static void Write(JsonLine line, IReadOnlyList<Made<Instruction>> made)
    {
        line.Raw((byte)'[');
        foreach (var (record, drop) in made)
        {
            line.Comma();
            line.Raw((byte)'[');
            Write(line, record);
            if (drop is not null)
            {
                line.Comma();
                line.Text(drop.Reason);
                line.Comma();
                JsonText.Write(line, drop.Detail);
            }

            line.Raw((byte)']');
        }

        line.Raw((byte)']');
    }

    /// <summary>Reads one record.</summary>
    public static Instruction ReadOne(ReadOnlySpan<byte> json) =>
        (Instruction)(RecordParser.ForInternal(RecordKind.Instruction).Parse(json, default, "", out var fault) ?? throw new InvalidDataException($"A record between two phases is damaged: {fault}"));

    /// <summary>Reads several.</summary>
    public static IReadOnlyList<Made<Instruction>> Read(ReadOnlySpan<byte> json)
    {
        using var document = JsonDocument.Parse(json.ToArray());
        return
        [
            .. document.RootElement.EnumerateArray().Select(one => new Made<Instruction>(
                ReadOne(System.Text.Encoding.UTF8.GetBytes(one[0].GetRawText())),
                one.GetArrayLength() > 1 ? new Drop(one[1].GetString()!, one[2].ValueKind == JsonValueKind.Object ? (JsonObject)JsonNode.Parse(one[2].GetRawText())! : null) : null)),
        ];
    }
}
