namespace Ziya.Pipeline.Jobs;

/// <summary>Marks an option of a step, a text or a list of them, as names of models of the job.</summary>
/// <param name="use">The interface that the step needs of them.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ModelNameAttribute(Type use) : Attribute
{
    /// <summary>The interface.</summary>
    public Type Use { get; } = use;
}
