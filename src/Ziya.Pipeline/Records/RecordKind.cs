namespace Ziya.Pipeline.Records;

/// <summary>What a stream of records carries.</summary>
public enum RecordKind
{
    /// <summary>A text with where it came from: <see cref="Records.Document"/>.</summary>
    Document,

    /// <summary>An instruction with its input and output: <see cref="Records.Instruction"/>.</summary>
    Instruction,

    /// <summary>A conversation of several messages: <see cref="Records.Dialogue"/>.</summary>
    Dialogue,

    /// <summary>A prompt with a chosen and a rejected answer: <see cref="Records.Preference"/>.</summary>
    Preference,
}
