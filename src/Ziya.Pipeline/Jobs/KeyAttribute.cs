namespace Ziya.Pipeline.Jobs;

/// <summary>The name of an option in the job language, where it is not the property's name in snake_case.</summary>
/// <param name="name">The name.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class KeyAttribute(string name) : Attribute
{
    /// <summary>The name.</summary>
    public string Name { get; } = name;
}
