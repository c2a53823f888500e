using Ziya.Corpus.Scoring;
using Ziya.Models.Teachers;
using Ziya.Pipeline.Steps;
using Ziya.Synthesis.Answering;

namespace Ziya.Cli;

/// <summary>The steps, formats and kinds of models this program knows.</summary>
internal static class Catalog
{
    /// <summary>All of them.</summary>
    public static StepCatalog All { get; } = new(typeof(IdentifyLanguage).Assembly, typeof(TeacherOptions).Assembly, typeof(Answer).Assembly);
}
