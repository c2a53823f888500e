using System.Reflection;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Scoring;

namespace Ziya.Pipeline.Steps;

/// <summary>What the catalog knows of a step.</summary>
/// <param name="Name">Its name in the job language.</param>
/// <param name="Step">Its class.</param>
/// <param name="Options">Its options record.</param>
public sealed record StepDefinition(string Name, Type Step, Type Options)
{
    /// <summary>What reads tokenizers; null where the catalog has nothing that does.</summary>
    internal ITextTokenizerLoader? Tokenizers { get; init; }

    /// <summary>A step with these options, for one task.</summary>
    internal Step Create(object options, ulong seed, ModelPool? models = null, string? key = null)
    {
        try
        {
            var step = ((Step)Activator.CreateInstance(Step, options)!).Chosen;
            step.Seed = seed;
            step.Models = models;
            step.Key = key ?? Name;
            step.Tokenizers = Tokenizers;
            return step;
        }
        catch (TargetInvocationException exception) when (exception.InnerException is not null)
        {
            throw new InvalidOperationException($"Step '{Name}' cannot be made: {exception.InnerException.Message}", exception.InnerException);
        }
    }
}
