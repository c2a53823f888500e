namespace Ziya.Pipeline.Jobs;

/// <summary>A kind of model in the job language.</summary>
/// <param name="key">The option, in snake_case, that an entry of this kind has and no other: <c>endpoint</c>.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class ModelAttribute(string key) : Attribute
{
    /// <summary>The option.</summary>
    public string Key { get; } = key;
}
