namespace Ziya.Synthesis.Selection;

/// <summary>One rule of <see cref="RuleReward"/>.</summary>
/// <param name="name">Its name, which ends the score's.</param>
internal abstract class AnswerRule(string name)
{
    /// <summary>Its name.</summary>
    public string Name { get; } = name;

    /// <summary>The score it writes.</summary>
    public string Score { get; } = "rule_" + name;

    /// <summary>1 where nothing is wrong, down to 0; null where the rule has nothing to say of this answer.</summary>
    public abstract double? Of(AnswerView answer);
}
