namespace Ziya.Pipeline.Records;

/// <summary>What a field of a record holds.</summary>
internal enum SlotType
{
    /// <summary>A string.</summary>
    Text,

    /// <summary>A number.</summary>
    Number,

    /// <summary>Numbers by name.</summary>
    Scores,

    /// <summary>A JSON object kept as it came.</summary>
    Fields,

    /// <summary>The turns of a conversation.</summary>
    Messages,

    /// <summary>Several answers to one instruction.</summary>
    Candidates,
}

/// <summary>One field of a record kind as it stands in JSON.</summary>
/// <param name="Name">The JSON name.</param>
/// <param name="Type">What it holds.</param>
/// <param name="Required">Whether a record without it is a fault.</param>
/// <param name="Meaning">One sentence for the schema.</param>
internal sealed record Slot(string Name, SlotType Type, bool Required, string Meaning)
{
    /// <summary>The JSON name in UTF-8.</summary>
    public byte[] Utf8 { get; } = System.Text.Encoding.UTF8.GetBytes(Name);
}
