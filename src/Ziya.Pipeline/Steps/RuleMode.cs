namespace Ziya.Pipeline.Steps;

/// <summary>What becomes of a record that breaks a rule.</summary>
public enum RuleMode
{
    /// <summary>It is dropped for the first rule it breaks.</summary>
    Drop,

    /// <summary>It goes on with scores that say what every rule found, so that limits can be chosen later.</summary>
    Tag,
}
