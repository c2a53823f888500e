using System.Globalization;

namespace Ziya.Pipeline.Jobs;

/// <summary>A place in a job file, or on the command line where the line is 0.</summary>
/// <param name="File">The file, or the option.</param>
/// <param name="Line">Line, from 1.</param>
/// <param name="Column">Column, from 1.</param>
public readonly record struct Place(string File, long Line, long Column)
{
    /// <inheritdoc/>
    public override string ToString() => Line == 0 ? File : string.Create(CultureInfo.InvariantCulture, $"{File}:{Line}:{Column}");
}

/// <summary>Something wrong with a job file.</summary>
/// <param name="At">Where.</param>
/// <param name="Message">What, and what to do about it.</param>
public sealed record JobFault(Place At, string Message)
{
    /// <inheritdoc/>
    public override string ToString() => $"{At}: {Message}";
}

/// <summary>A job file that cannot be run, with all its faults.</summary>
public sealed class JobFaultException : Exception
{
    /// <summary>Wraps the faults, in the order of the file.</summary>
    public JobFaultException(IEnumerable<JobFault> faults)
        : this([.. faults.OrderBy(fault => fault.At.Line).ThenBy(fault => fault.At.Column)])
    {
    }

    private JobFaultException(JobFault[] faults)
        : base(string.Join('\n', faults.Select(fault => fault.ToString()))) => Faults = faults;

    /// <summary>All faults.</summary>
    public IReadOnlyList<JobFault> Faults { get; }
}
