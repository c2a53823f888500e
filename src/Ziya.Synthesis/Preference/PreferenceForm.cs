namespace Ziya.Synthesis.Preference;

/// <summary>What <c>prefer</c> makes of the candidates.</summary>
public enum PreferenceForm
{
    /// <summary>Preference records: a prompt, the chosen and the rejected answer.</summary>
    Pairs,

    /// <summary>Instruction records whose candidates stand in their order, best first, the best one as output: for losses over lists.</summary>
    Ranked,

    /// <summary>Instruction records whose output shows the worse answer and then the better one, each under its heading: chain of hindsight (Liu et al. 2023, arXiv:2302.02676).</summary>
    Hindsight,
}
