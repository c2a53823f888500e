using Ziya.Pipeline.Records;
using Ziya.Pipeline.Writing;

namespace Ziya.Synthesis.Selection;

/// <summary>What of a record <c>diversify</c> compares.</summary>
public enum DiversityText
{
    /// <summary>What is asked: the instruction with its input, the prompt, what the user says; of a document its text.</summary>
    Question,

    /// <summary>All of it, answers too.</summary>
    Whole,
}

/// <summary>The texts of <see cref="DiversityText"/>.</summary>
internal static class DiversityTexts
{
    /// <summary>What is compared of a record.</summary>
    public static string Of(Record record, DiversityText text) => (text, record) switch
    {
        (DiversityText.Question, Instruction instruction) => Conversation.Question(instruction),
        (DiversityText.Question, Pipeline.Records.Preference preference) => preference.Prompt,
        (DiversityText.Question, Dialogue dialogue) => string.Join('\n', dialogue.Messages.Where(message => message.Role == "user").Select(message => message.Content)),
        _ => record.Content,
    };
}
