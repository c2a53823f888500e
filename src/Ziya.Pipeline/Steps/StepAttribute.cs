namespace Ziya.Pipeline.Steps;

/// <summary>Names a step in the job language.</summary>
/// <param name="name">The name, in snake_case.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class StepAttribute(string name) : Attribute
{
    /// <summary>The name, in snake_case.</summary>
    public string Name { get; } = name;
}
