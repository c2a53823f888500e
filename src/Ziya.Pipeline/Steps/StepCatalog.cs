using System.Reflection;
using Ziya.Pipeline.Reading;

namespace Ziya.Pipeline.Steps;

/// <summary>The steps and input formats that jobs can name: every class with <see cref="StepAttribute"/> or <see cref="InputFormatAttribute"/> of some assemblies.</summary>
public sealed class StepCatalog
{
    private readonly SortedDictionary<string, StepDefinition> _steps = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, InputFormat> _formats = new(StringComparer.Ordinal);

    /// <summary>Collects the steps and formats of the assemblies; those of the pipeline itself are always there.</summary>
    public StepCatalog(params IEnumerable<Assembly> assemblies)
    {
        foreach (var type in assemblies.Append(typeof(StepCatalog).Assembly).Distinct().SelectMany(assembly => assembly.GetTypes()))
        {
            if (type.GetCustomAttribute<StepAttribute>() is { } step)
            {
                var constructor = type.GetConstructors().Single();
                _steps.Add(step.Name, new StepDefinition(step.Name, type, constructor.GetParameters().Single().ParameterType));
            }

            if (type.GetCustomAttribute<InputFormatAttribute>() is { } format)
            {
                _formats.Add(format.Name, (InputFormat)Activator.CreateInstance(type)!);
            }
        }
    }

    /// <summary>All step names.</summary>
    public IEnumerable<string> Names => _steps.Keys;

    /// <summary>All steps.</summary>
    public IEnumerable<StepDefinition> Steps => _steps.Values;

    /// <summary>All input formats by name.</summary>
    internal IReadOnlyDictionary<string, InputFormat> Formats => _formats;

    /// <summary>The step of that name, or null.</summary>
    public StepDefinition? Find(string name) => _steps.GetValueOrDefault(name);

    /// <summary>The format of that name, or by the endings of a path where the name is <c>auto</c>.</summary>
    internal InputFormat? FormatOf(string name, string path)
    {
        if (name != "auto")
        {
            return _formats.GetValueOrDefault(name);
        }

        var plain = Storage.Compressions.OfName(path) == Storage.Compression.None ? path : path[..^Path.GetExtension(path).Length];
        var extension = Path.GetExtension(plain).ToLowerInvariant();
        return _formats.Values.FirstOrDefault(format => format.Extensions.Contains(extension));
    }
}
