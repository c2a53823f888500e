using Ziya.Models.Checkpoints;
using Ziya.Models.Completions;
using Ziya.Models.Export;
using Ziya.Models.Generation;
using Ziya.Models.Prompts;
using Ziya.Models.Reward;
using Ziya.Models.Scoring;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Scoring;

namespace Ziya.Models.Entries;

/// <summary>What models on this machine can be used as.</summary>
internal static class LocalUse
{
    // Several batches in hand, so that prompts with a common beginning meet.
    private const int Batches = 4;

    /// <summary>Whether a model of a task can be used as an interface.</summary>
    public static bool Serves(ModelTask task, Type use) => task switch
    {
        ModelTask.Reward => use == typeof(IRewardModel),
        ModelTask.Embed => use == typeof(IEmbedder),
        _ => use == typeof(IGenerator) || use == typeof(ITextScorer),
    };

    /// <summary>A model at work: a generating one with the answers that the run has of it.</summary>
    public static object Open(ModelContext context, string folder, string? template, SchedulerOptions options, ScoringOptions scoring)
    {
        if (context.Use == typeof(ITextScorer))
        {
            return TextScorer.Open(context.Name, folder, PromptTemplates.Load(template ?? "plain"), scoring);
        }

        return ModelManifest.Load(folder).Config.Task switch
        {
            ModelTask.Reward => RewardModel.Open(context.Name, folder, PromptTemplates.Load(template ?? "ziya-reward"), scoring),
            ModelTask.Embed => Embedder.Open(context.Name, folder, scoring),
            _ => Generator(),
        };

        CachedGenerator Generator()
        {
            var model = new LocalGenerator(context.Name, LocalModel.Open(folder, options, scoring.Device), PromptTemplates.Load(template ?? "plain"), options.Batch * Batches);
            return new CachedGenerator(model, context.Identity, new CompletionCache(context.Store, context.Folder));
        }
    }
}
