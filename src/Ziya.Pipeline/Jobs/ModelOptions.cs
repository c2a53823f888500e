namespace Ziya.Pipeline.Jobs;

/// <summary>
/// An entry of <c>models:</c> in a job. A kind of model derives a sealed record with its options and adds <see cref="ModelAttribute"/>; the rest
/// follows: the check, the schema, and that a phase is done anew when the model of one of its steps is another.
/// </summary>
public abstract record ModelOptions
{
    /// <summary>
    /// Licence of the weights or of the service, as dataset hubs call it, such as `apache-2.0`; it goes into the card of what the model makes. Default: that of the Ziya models where the
    /// name tells them, otherwise none is said.
    /// </summary>
    public string? License { get; init; }

    /// <summary>What the model is called where it comes from, for reports and cards.</summary>
    public virtual string? Title => null;

    /// <summary>The licence, given or known; null where neither.</summary>
    public virtual string? LicenseOf() => License;

    /// <summary>Faults that ranges cannot express, as sentences: files that are missing, variables that are not set.</summary>
    public virtual IEnumerable<string> Check() => [];

    /// <summary>Whether the model can be used as that: an interface a step asks for.</summary>
    public abstract bool Serves(Type use);

    /// <summary>The options that decide what the model answers. Those of how it is reached, how fast and at what price are put back to their defaults.</summary>
    public virtual ModelOptions Deciding() => this with { License = null };

    /// <summary>What tokens cost, where the entry names prices; null where it does not.</summary>
    public virtual double? Price(double promptTokens, double completionTokens) => null;

    /// <summary>How long a device of this machine computes them, at the least, about; null where the model is elsewhere or not there yet.</summary>
    public virtual DeviceTime? Time(double promptTokens, double completionTokens) => null;

    /// <summary>What decides it beside the options: the versions of files. Empty where there is nothing, or nothing there.</summary>
    public virtual string Version() => "";

    /// <summary>Whether it computes on an accelerator for certain. Default false. A fleet then sends the tasks that use it to machines that have one.</summary>
    public virtual bool NeedsAccelerator => false;

    /// <summary>What the user should know before it is used, a sentence each that goes on after the model's name. Told by <c>ziya plan</c> and <c>ziya run</c>.</summary>
    public virtual IEnumerable<string> Notes() => [];

    /// <summary>Whether what it answers is recorded: a phase taken over from a run that did not would leave the recording without its answers.</summary>
    public virtual bool IsRecorded => false;

    /// <summary>Writes what is to be left of it outside of the run folder when a run ends, opened or not, whatever the end; what the user should know, a sentence each.</summary>
    public virtual IEnumerable<string> Publish(ModelContext context) => [];

    /// <summary>The model at work, as an object that implements <see cref="ModelContext.Use"/>. Opened once for all tasks of a process; disposed at the end of the run.</summary>
    public abstract object Open(ModelContext context);
}
