namespace Ziya.Pipeline.Jobs;

/// <summary>Marks a mapping for which one value can stand.</summary>
/// <param name="key">The key that it then has.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ForAllAttribute(string key) : Attribute
{
    /// <summary>The key.</summary>
    public string Key { get; } = key;
}
