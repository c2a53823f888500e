using System.ComponentModel.DataAnnotations;
using Ziya.Models.Generation;
using Ziya.Pipeline.Jobs;

namespace Ziya.Synthesis.Dialogues;

/// <summary>Options of <c>converse</c>.</summary>
public sealed record ConverseOptions
{
    /// <summary>The model that answers, as the assistant.</summary>
    [ModelName(typeof(IGenerator))]
    public required string Model { get; init; }

    /// <summary>The model that writes what the user says next. Default: the one that answers.</summary>
    [ModelName(typeof(IGenerator))]
    public string? UserModel { get; init; }

    /// <summary>Questions with their answers that a conversation comes to, with those it had before. One that has as many passes as it is. Default 3, 1 to 64.</summary>
    [Range(1, 64)]
    public int Turns { get; init; } = 3;

    /// <summary>Fewest questions with their answers: a conversation that ended before is dropped with the reason it ended for. Default 1, 1 to 64.</summary>
    [Range(1, 64)]
    public int MinTurns { get; init; } = 1;

    /// <summary>Who one of the two is, for role play: a text, or `meta.NAME` for a field of the record; a record without it is played without. Default: none.</summary>
    public string? Persona { get; init; }

    /// <summary>Whose persona it is: of the `user`, whose questions are written as that person would ask them, or of the `assistant`, who is told so in the system prompt, which the conversation keeps. Default user.</summary>
    [RegularExpression("user|assistant")]
    public string PersonaOf { get; init; } = "user";

    /// <summary>The system prompt where the record brings none; the conversation keeps it. Default: none, or the one of the model's template.</summary>
    public string? System { get; init; }

    /// <summary>Longest conversation, in characters: it ends before the exchange that would exceed it. Default 20000.</summary>
    [Range(1, 1 << 24)]
    public int MaxCharacters { get; init; } = 20000;

    /// <summary>Most tokens of a question. One that is longer ends the conversation before it. Default 512.</summary>
    [Range(1, 1 << 20)]
    public int QuestionTokens { get; init; } = 512;

    /// <summary>Most tokens of an answer. One that is longer ends the conversation before its question. Default 2048.</summary>
    [Range(1, 1 << 20)]
    public int AnswerTokens { get; init; } = 2048;

    /// <summary>Whether a question or answer cut at its most tokens counts as it is, instead of ending the conversation. Default false: half an answer teaches to stop in the middle.</summary>
    public bool KeepTruncated { get; init; }

    /// <summary>How tokens of both are chosen. Default: as the model's template or server has it.</summary>
    public Sampling? Sampling { get; init; }

    /// <summary>A folder of prompts of one's own, `zh/converse/NAME.yaml` and `en/converse/NAME.yaml`, in front of those that come along. Default: none.</summary>
    public string? Prompts { get; init; }
}
