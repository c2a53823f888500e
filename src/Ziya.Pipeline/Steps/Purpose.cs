namespace Ziya.Pipeline.Steps;

/// <summary>What a model is asked something for. It names the answer in recordings and decides nothing of it.</summary>
/// <param name="Record">Id of the record it is about.</param>
/// <param name="Step">The step that asks, by its name in the job.</param>
/// <param name="Operation">What the step asks for, a few words: <c>evolve round 2</c>.</param>
/// <param name="Sample">Which of several answers to the same question, from 1.</param>
public sealed record Purpose(string Record, string Step, string Operation, int Sample = 1);
