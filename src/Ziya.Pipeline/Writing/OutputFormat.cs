using Ziya.Pipeline.Records;

namespace Ziya.Pipeline.Writing;

/// <summary>Names an output format in the job language (<c>output.format</c>).</summary>
/// <param name="name">The name, in snake_case.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
internal sealed class OutputFormatAttribute(string name) : Attribute
{
    /// <summary>The name, in snake_case.</summary>
    public string Name { get; } = name;
}

/// <summary>
/// How records are written: each as the members of a JSON object. A format has a constructor that takes nothing, or <see cref="Jobs.OutputOptions"/>; it is
/// made anew for each task and used by one thread.
/// </summary>
internal abstract class OutputFormat
{
    /// <summary>Where records that a format has no form for are counted: beside the steps.</summary>
    public const string Step = "output";

    /// <summary>Record kinds it can write.</summary>
    public abstract IReadOnlyList<RecordKind> Kinds { get; }

    /// <summary>Choices of <c>output.variant</c>, the default first; none where there is nothing to choose.</summary>
    public virtual IReadOnlyList<string> Variants => [];

    /// <summary>Whether <c>output.template</c> means anything to it.</summary>
    public virtual bool HasTemplate => false;

    /// <summary>Whether it writes all fields of a record, so that <c>output.keep</c> has nothing to add.</summary>
    public virtual bool IsWhole => false;

    /// <summary>What is wrong with the template, as a sentence; null if nothing is.</summary>
    public virtual string? TemplateFault() => null;

    /// <summary>Whether <c>output.tokens</c> means anything to it.</summary>
    public virtual bool HasTokens => false;

    /// <summary>What else is wrong with the options, a sentence each.</summary>
    public virtual IEnumerable<string> Faults() => [];

    /// <summary>What decides what is written beside the options: the content of a template's file. Empty where there is nothing.</summary>
    public virtual string Version() => "";

    /// <summary>
    /// Writes the members of a record, without braces. Null where it has done so; otherwise why a record like this has no such form, a word or two in
    /// snake_case that the report counts by: the record is dropped then, and the line thrown away.
    /// </summary>
    public abstract string? Write(JsonLine line, Record record);
}
