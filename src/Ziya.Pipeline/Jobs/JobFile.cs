using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;
using Ziya.Pipeline.Steps;

namespace Ziya.Pipeline.Jobs;

/// <summary>Reads job files. All faults of a file are reported together, before any work starts.</summary>
public static class JobFile
{
    /// <summary>
    /// The job in a file with <c>--set path=value</c> applied. Throws <see cref="JobFaultException"/> with every fault found,
    /// those of the input and output on disk included unless <paramref name="checkFiles"/> is false.
    /// </summary>
    public static Job Load(string path, IReadOnlyList<string> overrides, StepCatalog catalog, bool checkFiles = true)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            var reason = exception is FileNotFoundException or DirectoryNotFoundException ? "no such job file" : exception.Message.TrimEnd('.');
            throw new JobFaultException([new JobFault(new Place(path, 0, 0), $"{reason}. Jobs lie in jobs/*.yaml.")]);
        }

        return Parse(text, path, overrides, catalog, checkFiles);
    }

    /// <summary>As <see cref="Load"/>, for the text of a job file.</summary>
    public static Job Parse(string text, string path, IReadOnlyList<string> overrides, StepCatalog catalog, bool checkFiles = true)
    {
        var root = ReadYaml(text, path);
        var overridden = new Dictionary<YamlNode, string>(ReferenceEqualityComparer.Instance);
        var faults = overrides.Select(option => JobOverride.Apply(root, option, overridden)).OfType<JobFault>().ToList();
        var binder = new YamlBinder(path, catalog, overridden);
        var job = (Job?)binder.Record(typeof(Job), root, "", "the job");
        faults.AddRange(binder.Faults);
        if (job is not null)
        {
            job = job.Output is { Format: { } format } ? job with { Output = job.Output with { FormatType = catalog.OutputFormats.GetValueOrDefault(format, typeof(Writing.NativeFormat)) } } : job;
            faults.AddRange(JobCheck.Faults(job, binder, catalog, checkFiles));
        }

        return faults.Count == 0 ? job! : throw new JobFaultException(faults);
    }

    private static YamlMappingNode ReadYaml(string text, string path)
    {
        YamlStream stream;
        try
        {
            stream = ShallowYaml.Load(text);
        }
        catch (YamlException exception)
        {
            var at = new Place(path, Math.Max(1, exception.Start.Line), Math.Max(1, exception.Start.Column));
            throw new JobFaultException([new JobFault(at, $"not valid YAML: {(exception.InnerException ?? exception).Message}")]);
        }

        return stream.Documents switch
        {
            [{ RootNode: YamlMappingNode mapping }] => mapping,
            { Count: 0 } => throw new JobFaultException([new JobFault(new Place(path, 1, 1), "the job file is empty. A job has job, input, steps and output.")]),
            { Count: > 1 } => throw new JobFaultException([new JobFault(new Place(path, stream.Documents[1].RootNode.Start.Line, 1), "a second YAML document. A file holds one job.")]),
            _ => throw new JobFaultException([new JobFault(new Place(path, 1, 1), "a job is a mapping with job, input, steps and output.")]),
        };
    }
}
