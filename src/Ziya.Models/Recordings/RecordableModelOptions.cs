using Ziya.Models.Entries;
using Ziya.Pipeline.Jobs;

namespace Ziya.Models.Recordings;

/// <summary>An entry whose model can be replaced by a recording of it.</summary>
public abstract record RecordableModelOptions : ModelOptions
{
    /// <summary>A file that the model's answers are recorded in, for `replay`: JSONL, made when the run ends; what it holds already stays, but for what is recorded anew. Default none.</summary>
    public string? Record { get; init; }

    /// <summary>A recording that answers in the model's place, as of an entry with `replay` alone: the model is neither opened nor asked. Default none.</summary>
    public string? Replay { get; init; }

    /// <summary>With `replay`, whether an answer that was recorded for another prompt is refused, as if it were not there. Default false.</summary>
    public bool Strict { get; init; }

    private ReplayModelOptions? Replayed => Replay is null ? null : new ReplayModelOptions { Replay = Replay, Strict = Strict };

    /// <inheritdoc/>
    public sealed override IEnumerable<string> Check() =>
    [
        .. Replayed?.Check() ?? CheckModel(),
        .. Record is not null && Replay is not null ? ["'record' and 'replay' exclude each other."] : Array.Empty<string>(),
        .. Record is not null && File.Exists(Record) ? Recording.Faults(Record) : [],
        .. Directory.Exists(Record) ? [$"'record' names a folder, {Record}. Name a file in it."] : Array.Empty<string>(),
    ];

    /// <summary>A tokenizer is a file, and none of the model's answers.</summary>
    public sealed override bool Serves(Type use) => Replayed is { } replayed && use != typeof(IModelWithTokenizer) ? replayed.Serves(use) : ModelServes(use);

    /// <inheritdoc/>
    public sealed override ModelOptions Deciding() => Replayed?.Deciding() ?? DecidingOptions() with { Record = null, Strict = false, License = null };

    /// <summary>What the model is called where it comes from. A recording of it is no other model.</summary>
    public abstract override string Title { get; }

    /// <inheritdoc/>
    public sealed override string Version() => Replayed?.Version() ?? ModelVersion();

    /// <inheritdoc/>
    public sealed override double? Price(double promptTokens, double completionTokens) => Replayed is null ? ModelPrice(promptTokens, completionTokens) : 0;

    /// <inheritdoc/>
    public sealed override DeviceTime? Time(double promptTokens, double completionTokens) => Replayed is null ? ModelTime(promptTokens, completionTokens) : null;

    /// <inheritdoc/>
    public sealed override IEnumerable<string> Notes() => Replayed?.Notes() ?? (Record is null ? [] : [$"answers are recorded in {Record}."]);

    /// <inheritdoc/>
    public sealed override object Open(ModelContext context)
    {
        var model = Replayed?.Open(context) ?? OpenModel(context);
        return IsRecorded && RecordedModel.CanRecord(model) ? new RecordedModel(model, context) : model;
    }

    /// <inheritdoc/>
    public sealed override bool IsRecorded => Record is not null && Replay is null;

    /// <inheritdoc/>
    public sealed override IEnumerable<string> Publish(ModelContext context) => IsRecorded ? RecordingFile.Publish(Record!, context) : [];

    /// <summary>As <see cref="Check"/>, of the model.</summary>
    protected virtual IEnumerable<string> CheckModel() => [];

    /// <summary>As <see cref="Serves"/>, of the model.</summary>
    protected abstract bool ModelServes(Type use);

    /// <summary>As <see cref="Deciding"/>, of the model.</summary>
    protected virtual RecordableModelOptions DecidingOptions() => this;

    /// <summary>As <see cref="Version"/>, of the model.</summary>
    protected virtual string ModelVersion() => "";

    /// <summary>As <see cref="Price"/>, of the model.</summary>
    protected virtual double? ModelPrice(double promptTokens, double completionTokens) => null;

    /// <summary>As <see cref="Time"/>, of the model.</summary>
    protected virtual DeviceTime? ModelTime(double promptTokens, double completionTokens) => null;

    /// <summary>As <see cref="Open"/>, of the model.</summary>
    protected abstract object OpenModel(ModelContext context);
}
