using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Scoring;

namespace Ziya.Pipeline.Steps;

/// <summary>
/// One step of a job. A step is made anew for each task and used by one thread, so it may keep buffers; it must depend on
/// nothing but its options, the seed and the record. Derive from <see cref="Step{TIn, TOut}"/>, <see cref="GlobalStep{T}"/>, or where
/// a model is asked <see cref="AsyncStep{TIn, TOut}"/> or <see cref="AsyncGlobalStep{T, TView}"/>; add <see cref="StepAttribute"/> and a constructor that takes the options record.
/// </summary>
public abstract class Step
{
    /// <summary>Names of the scores this step writes, which later steps may refer to.</summary>
    public virtual IEnumerable<string> Writes => [];

    /// <summary>What this step reads of a record by name (<c>scores</c>, <c>length</c>, <c>meta.x</c>), checked against what is written before it.</summary>
    public virtual IEnumerable<string> Reads => [];

    /// <summary>Whether its verdicts may hold records that were not there before.</summary>
    public virtual bool Creates => false;

    /// <summary>The kinds it takes, of a step over records of any kind that does not take all of them; empty where its type says it.</summary>
    public virtual IReadOnlyList<RecordKind> Kinds => [];

    /// <summary>What it asks of models for a record, at most, for `ziya plan --cost`.</summary>
    public virtual IEnumerable<ModelUse> Uses(Record record) => [];

    /// <summary>What it asks of models whatever the number of records, at most.</summary>
    public virtual IEnumerable<ModelUse> UsesOnce() => [];

    /// <summary>Records that go on for each that comes in, at most, of a step that makes some. Default 1.</summary>
    public virtual double Growth => 1;

    /// <summary>Records that it makes however many come in, at most. Default 0.</summary>
    public virtual double Makes => 0;

    /// <summary>A record as it may come out, for the estimates of the steps behind: where a model is to write something, with a <see cref="ModelUse.StandIn"/> for it.</summary>
    public virtual Record Foresee(Record record) => record;

    /// <summary>The seed of the job.</summary>
    internal ulong Seed { get; set; }

    /// <summary>The step's name in the job, with -2, -3 where the job uses it again.</summary>
    internal string Key { get; set; } = "";

    /// <summary>The models of the run; null while a job is only looked at.</summary>
    internal ModelPool? Models { get; set; }

    /// <summary>What reads tokenizers; null where the catalog has nothing that does.</summary>
    internal ITextTokenizerLoader? Tokenizers { get; set; }

    /// <summary>The record type this step takes.</summary>
    internal abstract Type In { get; }

    /// <summary>The record type this step passes on; the abstract <see cref="Record"/> stands for the type it was given.</summary>
    internal abstract Type Out { get; }

    /// <summary>The step that does the work: this one, unless the options allow a simpler one.</summary>
    internal virtual Step Chosen => this;

    /// <summary>
    /// The model of that name, which an option marked with <see cref="Jobs.ModelNameAttribute"/> says. Shared by all tasks, opened when first asked
    /// for: ask at the first record, not in the constructor.
    /// </summary>
    protected T Model<T>(string name)
        where T : class =>
        (Models ?? throw new InvalidOperationException("a step has models only while it runs.")).Get<T>(name);

    /// <summary>What a model is asked for, by which recordings name its answer.</summary>
    /// <param name="record">Id of the record it is about.</param>
    /// <param name="operation">What is asked for, a few words that tell the requests about one record apart: <c>evolve round 2</c>.</param>
    /// <param name="sample">Which of several answers to the same question, from 1.</param>
    protected Purpose For(string record, string operation, int sample = 1) => new(record, Key, operation, sample);

    /// <summary>What the job says of a model, for a step that needs no more of it than a file in its folder.</summary>
    protected ModelOptions OptionsOf(string model) =>
        (Models ?? throw new InvalidOperationException("a step has models only while it runs.")).Options(model);

    /// <summary>A thing that all tasks of a process share, made by the first that asks: a vocabulary, a list. Disposed at the end of the run.</summary>
    protected T Shared<T>(string name, Func<T> make)
        where T : class =>
        (Models ?? throw new InvalidOperationException("a step shares only while it runs.")).Share($"{GetType().Name}/{name}", make);

    /// <summary>Reads a tokenizer: a model's folder, or a tokenizer's file.</summary>
    /// <exception cref="InvalidDataException">There is none, or none that can be used.</exception>
    protected ITextTokenizer LoadTokenizer(string path) =>
        (Tokenizers ?? throw new InvalidDataException($"{path}: this program reads no tokenizers")).Load(path);

    /// <summary>What decides the outcome beside the options, the seed and the records: the versions of files that the step reads. Empty where there are none.</summary>
    public virtual string Version() => "";

    /// <summary>A file outside the run folder that a global step writes when the run is done: what <see cref="GlobalStepBase{T}.Save"/> gives. Null where there is none.</summary>
    public virtual string? Saves => null;

    /// <summary>What the user should know before it runs on this machine, a sentence each: what was found and what is missing. Told by <c>ziya plan</c> and <c>ziya run</c>.</summary>
    public virtual IEnumerable<string> Notes() => [];

    /// <summary>Faults of the options that ranges cannot express, as sentences; none if all is well.</summary>
    public virtual IEnumerable<string> Check() => [];
}

/// <summary>A step that looks at one record at a time.</summary>
/// <typeparam name="TIn">The record kind it takes.</typeparam>
/// <typeparam name="TOut">The record kind it passes on.</typeparam>
public abstract class Step<TIn, TOut> : Step, IRecordStep
    where TIn : Record
    where TOut : Record
{
    internal override Type In => typeof(TIn);

    internal override Type Out => typeof(TOut);

    /// <summary>Decides about one record.</summary>
    public abstract Verdict<TOut> Apply(TIn record);

    Verdict<Record> IRecordStep.Apply(Record record) => Apply((TIn)record).OfAnyKind();
}

/// <summary>A step over single records, whatever their kind.</summary>
internal interface IRecordStep
{
    /// <summary>Decides about one record.</summary>
    Verdict<Record> Apply(Record record);
}
