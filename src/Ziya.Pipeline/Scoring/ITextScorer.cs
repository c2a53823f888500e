using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Pipeline.Scoring;

/// <summary>A model that knows how probable a text is. One instance serves every task of the process, from any thread.</summary>
public interface ITextScorer
{
    /// <summary>The model's name.</summary>
    string Model { get; }

    /// <summary>How many requests in flight keep the model busy.</summary>
    int Width { get; }

    /// <summary>How probable a text is, behind another where there is one. What goes wrong with this text alone is an <see cref="InvalidDataException"/>.</summary>
    Task<TextScore> Score(string text, string? context, CancellationToken cancel);

    /// <summary>
    /// How probable an answer is behind a conversation that ends with a turn of the user, written as the model wants it; of an empty conversation, the answer alone. All of the
    /// conversation is seen by every token of the answer. What goes wrong with this one alone, such as a conversation that is too long, is an <see cref="InvalidDataException"/>.
    /// </summary>
    Task<TextScore> ScoreAnswer(IReadOnlyList<Message> conversation, string answer, CancellationToken cancel);

    /// <summary>The natural logarithms of the probabilities that the answer to a conversation begins with each of some short texts, such as digits.</summary>
    Task<IReadOnlyList<double>> Choose(IReadOnlyList<Message> conversation, IReadOnlyList<string> beginnings, CancellationToken cancel);

    /// <summary>As without a purpose, by which a recording names the score.</summary>
    Task<TextScore> Score(string text, string? context, Purpose purpose, CancellationToken cancel) => Score(text, context, cancel);

    /// <summary>As without a purpose, by which a recording names the score.</summary>
    Task<TextScore> ScoreAnswer(IReadOnlyList<Message> conversation, string answer, Purpose purpose, CancellationToken cancel) => ScoreAnswer(conversation, answer, cancel);

    /// <summary>As without a purpose, by which a recording names the logarithms.</summary>
    Task<IReadOnlyList<double>> Choose(IReadOnlyList<Message> conversation, IReadOnlyList<string> beginnings, Purpose purpose, CancellationToken cancel) => Choose(conversation, beginnings, cancel);
}
