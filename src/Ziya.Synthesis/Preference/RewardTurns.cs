namespace Ziya.Synthesis.Preference;

/// <summary>What of a conversation a reward model is shown.</summary>
public enum RewardTurns
{
    /// <summary>The last question and its answer, as Ziya's reward model was made for; no system prompt, nothing that went before.</summary>
    Last,

    /// <summary>All of it. The model's template has to have a form for it.</summary>
    Whole,
}
