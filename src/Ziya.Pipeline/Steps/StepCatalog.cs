using System.Reflection;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Reading;
using Ziya.Pipeline.Scoring;
using Ziya.Pipeline.Writing;

namespace Ziya.Pipeline.Steps;

/// <summary>What jobs can name: every class with <see cref="StepAttribute"/>, <see cref="InputFormatAttribute"/>, <see cref="OutputFormatAttribute"/> or <see cref="ModelAttribute"/> of some assemblies.</summary>
public sealed class StepCatalog
{
    private readonly SortedDictionary<string, StepDefinition> _steps = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, InputFormat> _formats = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, Type> _outputFormats = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, Type> _models = new(StringComparer.Ordinal);

    /// <summary>Collects what there is of the assemblies; those of the pipeline itself are always there.</summary>
    public StepCatalog(params IEnumerable<Assembly> assemblies)
    {
        var types = assemblies.Append(typeof(StepCatalog).Assembly).Distinct().SelectMany(assembly => assembly.GetTypes()).ToArray();
        var loader = Array.Find(types, type => type.IsClass && type.IsAssignableTo(typeof(ITextTokenizerLoader)));
        var tokenizers = loader is null ? null : (ITextTokenizerLoader)Activator.CreateInstance(loader)!;
        foreach (var type in types)
        {
            if (type.GetCustomAttribute<StepAttribute>() is { } step)
            {
                var constructor = type.GetConstructors().Single();
                _steps.Add(step.Name, new StepDefinition(step.Name, type, constructor.GetParameters().Single().ParameterType) { Tokenizers = tokenizers });
            }

            if (type.GetCustomAttribute<ModelAttribute>() is { } model)
            {
                _models.Add(model.Key, type);
            }

            if (type.GetCustomAttribute<InputFormatAttribute>() is { } format)
            {
                _formats.Add(format.Name, (InputFormat)Activator.CreateInstance(type)!);
            }

            if (type.GetCustomAttribute<OutputFormatAttribute>() is { } output)
            {
                _outputFormats.Add(output.Name, type);
            }
        }
    }

    /// <summary>All step names.</summary>
    public IEnumerable<string> Names => _steps.Keys;

    /// <summary>All steps.</summary>
    public IEnumerable<StepDefinition> Steps => _steps.Values;

    /// <summary>All input formats by name.</summary>
    internal IReadOnlyDictionary<string, InputFormat> Formats => _formats;

    /// <summary>All output formats by name.</summary>
    internal IReadOnlyDictionary<string, Type> OutputFormats => _outputFormats;

    /// <summary>Options records of the kinds of models, by the option that tells a kind.</summary>
    internal IReadOnlyDictionary<string, Type> Models => _models;

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
