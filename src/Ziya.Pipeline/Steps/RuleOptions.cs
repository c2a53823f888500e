namespace Ziya.Pipeline.Steps;

/// <summary>What all steps of rules have among their options.</summary>
public abstract record RuleOptions
{
    /// <summary>
    /// What becomes of a record that breaks a rule: `drop` (default) or `tag`, which drops nothing and writes scores: the step's name, 1 where the record would have been dropped and 0 where not, and for each
    /// rule that was asked `STEP_RULE`, the value it measured. `select: { where: ... }` and `bucket` can then decide.
    /// </summary>
    public RuleMode Mode { get; init; } = RuleMode.Drop;
}
