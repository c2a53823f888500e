using System.Globalization;
using System.Security.Cryptography;
using Ziya.Models.Generation;
using Ziya.Models.Reward;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Scoring;

namespace Ziya.Models.Recordings;

/// <summary>Answers of models that were recorded, or written by people, in the place of a model: nothing is opened and nobody is asked.</summary>
[Model("replay")]
public sealed record ReplayModelOptions : ModelOptions
{
    /// <summary>The recording: JSONL with an answer a line, found by record, step, operation and sample.</summary>
    public required string Replay { get; init; }

    /// <summary>Whether an answer that was recorded for another prompt is refused, as if it were not there. Default false: it is used, and how many there were is told at the end.</summary>
    public bool Strict { get; init; }

    /// <inheritdoc/>
    public override string Title => $"recorded answers, {Path.GetFileName(Replay)}";

    /// <inheritdoc/>
    public override IEnumerable<string> Check() => Recording.Faults(Replay);

    /// <inheritdoc/>
    public override bool Serves(Type use) => use == typeof(IGenerator) || use == typeof(IRewardModel) || (use == typeof(ITextScorer) && HasTextScores());

    /// <summary>What is recorded decides, and not where it lies.</summary>
    public override ModelOptions Deciding() => this with { Replay = "", License = null };

    /// <inheritdoc/>
    public override string Version()
    {
        if (!File.Exists(Replay))
        {
            return "";
        }

        using var content = File.OpenRead(Replay);
        return Convert.ToHexStringLower(SHA256.HashData(content));
    }

    /// <inheritdoc/>
    public override double? Price(double promptTokens, double completionTokens) => 0;

    /// <inheritdoc/>
    public override IEnumerable<string> Notes()
    {
        using var recording = Recording.Open(Replay);
        yield return string.Create(CultureInfo.InvariantCulture, $"{recording.Count:N0} recorded answers of {Replay}, no model is asked.");
    }

    private bool HasTextScores()
    {
        if (!File.Exists(Replay) || Recording.Faults(Replay).Count > 0)
        {
            return false;
        }

        using var recording = Recording.Open(Replay);
        return recording.HasTextScores;
    }

    /// <inheritdoc/>
    public override object Open(ModelContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new ReplayedModel(this, context);
    }
}
