namespace Ziya.Synthesis.Preference;

/// <summary>Which candidates make pairs.</summary>
public enum PairChoice
{
    /// <summary>The best against the worst: one pair.</summary>
    BestWorst,

    /// <summary>The best against one drawn by lot from those that are worse by enough, as UltraFeedback's users do (Tunstall et al. 2023, arXiv:2310.16944): one pair.</summary>
    BestRandom,

    /// <summary>All pairs that are far enough apart, the clearest first.</summary>
    All,
}
