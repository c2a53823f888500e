using Ziya.Corpus.Scoring;
using Ziya.Pipeline.Steps;

namespace Ziya.Cli;

/// <summary>The steps and formats this program knows.</summary>
internal static class Catalog
{
    /// <summary>All of them.</summary>
    public static StepCatalog All { get; } = new(typeof(IdentifyLanguage).Assembly);
}
