namespace Ziya.Models.Generation;

/// <summary>A model that answers: on this machine or behind an endpoint. One instance serves every task of the process, from any thread.</summary>
public interface IGenerator
{
    /// <summary>The model's name.</summary>
    string Model { get; }

    /// <summary>How many requests in flight keep the model busy; more than that only wait.</summary>
    int Width { get; }

    /// <summary>
    /// Answers one request. What goes wrong with this request is in the completion; what concerns all of them (a budget that is spent) is thrown.
    /// Cancelling ends it with <see cref="OperationCanceledException"/>.
    /// </summary>
    Task<Completion> Generate(GenerationRequest request, CancellationToken cancel);
}
