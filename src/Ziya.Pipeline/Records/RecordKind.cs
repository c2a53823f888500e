namespace Ziya.Pipeline.Records;

/// <summary>What a stream of records carries.</summary>
public enum RecordKind
{
    /// <summary>A text with where it came from.</summary>
    Document,

    /// <summary>An instruction with its input and output.</summary>
    Instruction,

    /// <summary>A conversation of several messages.</summary>
    Dialogue,

    /// <summary>A prompt with a chosen and a rejected answer.</summary>
    Preference,
}
