using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Models.Reward;

/// <summary>A model that says how good an answer is. One instance serves every task of the process, from any thread.</summary>
public interface IRewardModel
{
    /// <summary>The model's name.</summary>
    string Model { get; }

    /// <summary>How many requests in flight keep the model busy.</summary>
    int Width { get; }

    /// <summary>
    /// Scores a conversation that ends with an answer. What goes wrong with this one alone is an <see cref="InvalidDataException"/>; a conversation that the model's
    /// template cannot express, an <see cref="ArgumentException"/>.
    /// </summary>
    Task<RewardScore> Score(IReadOnlyList<Message> messages, CancellationToken cancel);

    /// <summary>As <see cref="Score(IReadOnlyList{Message}, CancellationToken)"/>, and says what for, by which a recording names the score.</summary>
    Task<RewardScore> Score(IReadOnlyList<Message> messages, Purpose purpose, CancellationToken cancel) => Score(messages, cancel);
}
