using System.Reflection;

namespace Ziya.Pipeline.Jobs;

/// <summary>A model of a job.</summary>
/// <param name="Name">Its name in the job.</param>
/// <param name="Options">Its options record.</param>
/// <param name="At">Where it stands in the job file.</param>
public sealed record JobModel(string Name, ModelOptions Options, Place At)
{
    /// <summary>All that decides what it answers, but the program.</summary>
    internal string Identity() => JobYaml.WriteOptions(Options.Deciding()) + Options.Version();

    /// <summary>Names of the models that an options record uses.</summary>
    internal static IEnumerable<string> NamesIn(object options)
    {
        foreach (var shape in OptionShape.Of(options.GetType()))
        {
            var value = shape.Property.GetValue(options);
            var names = value is null ? []
                : OptionShape.IsRecord(value.GetType()) ? NamesIn(value)
                : !shape.Property.IsDefined(typeof(ModelNameAttribute)) ? []
                : value is string name ? [name] : (IEnumerable<string>)value;
            foreach (var found in names)
            {
                yield return found;
            }
        }
    }
}
