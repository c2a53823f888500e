using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;
using Ziya.Pipeline.Steps;

namespace Ziya.Pipeline.Jobs;

/// <summary>Turns YAML nodes into options records, collecting every fault on the way.</summary>
internal sealed partial class YamlBinder(string file, StepCatalog catalog, IReadOnlyDictionary<YamlNode, string> overridden)
{
    private const int MostLevels = 32;

    private readonly Dictionary<string, Place> _places = [];

    /// <summary>What was wrong.</summary>
    public List<JobFault> Faults { get; } = [];

    /// <summary>Names of models that steps use, where they stand, and as what they are used.</summary>
    public List<(string Name, Place At, Type Use)> ModelUses { get; } = [];

    /// <summary>Names of the models of the job, faulty ones included.</summary>
    public HashSet<string> ModelNames { get; } = [];

    /// <summary>Where the value at a dotted path stands.</summary>
    public Place At(string path)
    {
        for (var at = path; at.Length > 0; at = at.Contains('.', StringComparison.Ordinal) ? at[..at.LastIndexOf('.')] : "")
        {
            if (_places.TryGetValue(at, out var place))
            {
                return place;
            }
        }

        return new Place(file, 1, 1);
    }

    /// <summary>Where a node stands.</summary>
    public Place At(YamlNode node) => overridden.TryGetValue(node, out var option)
        ? new Place(option, 0, 0)
        : new Place(file, node.Start.Line, node.Start.Column);

    /// <summary>A record of options, or null where it cannot be made.</summary>
    public object? Record(Type type, YamlNode node, string path, string noun)
    {
        if (node is YamlScalarNode { Style: ScalarStyle.Plain, Value: "" or "~" or "null" })
        {
            node = new YamlMappingNode();
        }

        if (node is not YamlMappingNode mapping)
        {
            Fault(node, $"expected options of {noun} (key: value), found {Describe(node)}.");
            return null;
        }

        var record = Activator.CreateInstance(type)!;
        var shapes = OptionShape.Of(type);
        foreach (var (keyNode, valueNode) in mapping.Children)
        {
            var key = (keyNode as YamlScalarNode)?.Value ?? "";
            if (shapes.FirstOrDefault(shape => shape.Name == key) is not { } shape)
            {
                Fault(keyNode, $"{noun} has no option '{key}'.{Suggestion.For(key, shapes.Select(shape => shape.Name), "Options")}");
                continue;
            }

            var inner = path.Length == 0 ? key : $"{path}.{key}";
            _places[inner] = At(valueNode);
            if (Value(shape.Property.PropertyType, valueNode, inner, shape) is { } value)
            {
                shape.Property.SetValue(record, value);
            }
        }

        foreach (var shape in shapes)
        {
            if (shape.Required && !mapping.Children.Keys.Any(key => (key as YamlScalarNode)?.Value == shape.Name))
            {
                Fault(node, $"{noun} lacks '{shape.Name}', which has no default.");
            }
        }

        return record;
    }

    private object? Value(Type type, YamlNode node, string path, OptionShape shape)
    {
        if (path.Count(c => c == '.') > MostLevels)
        {
            Fault(node, $"nested deeper than {MostLevels} levels.");
            return null;
        }

        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return IsNull(node) ? null : Value(underlying, node, path, shape);
        }

        if (type == typeof(IReadOnlyList<JobStep>))
        {
            return Steps(node);
        }

        if (type == typeof(IReadOnlyDictionary<string, JobModel>))
        {
            return Models(node, path);
        }

        if (OptionShape.IsRecord(type))
        {
            return Record(type, node, path, $"'{path}'");
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
        {
            return List(type.GetGenericArguments()[0], node, path, shape);
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>))
        {
            return Dictionary(type.GetGenericArguments()[1], node, path, shape);
        }

        if (node is not YamlScalarNode scalar)
        {
            Fault(node, $"'{shape.Name}' expects {Describe(type)}, found {Describe(node)}.");
            return null;
        }

        return Scalar(type, scalar, shape);
    }

    private IList List(Type type, YamlNode node, string path, OptionShape shape)
    {
        var list = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(type))!;
        var items = node is YamlSequenceNode sequence ? sequence.Children : [node];
        for (var i = 0; i < items.Count; i++)
        {
            var inner = string.Create(CultureInfo.InvariantCulture, $"{path}.{i}");
            _places[inner] = At(items[i]);
            if (Value(type, items[i], inner, shape) is { } value)
            {
                list.Add(value);
            }
        }

        return list;
    }

    private object? Dictionary(Type type, YamlNode node, string path, OptionShape shape)
    {
        if (node is YamlScalarNode && !IsNull(node) && shape.Property.GetCustomAttribute<ForAllAttribute>() is { } all)
        {
            node = new YamlMappingNode(new YamlScalarNode(all.Key), node);
        }

        if (node is not YamlMappingNode mapping)
        {
            Fault(node, $"'{shape.Name}' expects a mapping (name: {Describe(type)}), found {Describe(node)}.");
            return null;
        }

        var result = (IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(typeof(string), type))!;
        foreach (var (keyNode, valueNode) in mapping.Children)
        {
            var key = (keyNode as YamlScalarNode)?.Value ?? "";
            _places[$"{path}.{key}"] = At(valueNode);
            if (Value(type, valueNode, $"{path}.{key}", shape) is { } value)
            {
                result[key] = value;
            }
        }

        return result;
    }

    private object? Scalar(Type type, YamlScalarNode node, OptionShape shape)
    {
        var text = node.Value ?? "";
        if (type == typeof(string))
        {
            if (IsNull(node))
            {
                Fault(node, $"'{shape.Name}' expects text, found nothing.");
                return null;
            }

            if (shape.Pattern is { } pattern && !Regex.IsMatch(text, $"^(?:{pattern.Pattern})$", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)))
            {
                Fault(node, $"'{shape.Name}' is '{text}', which does not have the form {pattern.Pattern}.");
                return null;
            }

            if (shape.Property.GetCustomAttribute<ModelNameAttribute>() is { } model)
            {
                ModelUses.Add((text, At(node), model.Use));
            }

            return text;
        }

        if (type.IsEnum)
        {
            var names = Enum.GetNames(type);
            var found = names.FirstOrDefault(name => OptionShape.SnakeCase(name) == text);
            if (found is null)
            {
                Fault(node, $"'{shape.Name}' cannot be '{text}'.{Suggestion.For(text, names.Select(OptionShape.SnakeCase), "Choices")}");
            }

            return found is null ? null : Enum.Parse(type, found);
        }

        var value = Number(type, text);
        if (value is null || (node.Style != ScalarStyle.Plain && type != typeof(bool)))
        {
            Fault(node, $"'{shape.Name}' expects {Describe(type)}, found '{text}'.");
            return null;
        }

        if (shape.Range is { } range && !Within(range, value))
        {
            Fault(node, string.Create(CultureInfo.InvariantCulture, $"'{shape.Name}' is {text}, out of range {range.Minimum} to {range.Maximum}."));
            return null;
        }

        return value;
    }

    private static bool Within(RangeAttribute range, object value)
    {
        var number = Convert.ToDouble(value, CultureInfo.InvariantCulture);
        return number >= Convert.ToDouble(range.Minimum, CultureInfo.InvariantCulture)
            && number <= Convert.ToDouble(range.Maximum, CultureInfo.InvariantCulture);
    }

    private static object? Number(Type type, string text)
    {
        const NumberStyles Whole = NumberStyles.AllowLeadingSign;
        var culture = CultureInfo.InvariantCulture;
        if (type == typeof(bool))
        {
            return text is "true" or "yes" or "on" ? true : text is "false" or "no" or "off" ? false : null;
        }

        if (type == typeof(int))
        {
            return int.TryParse(text, Whole, culture, out var value) ? value : null;
        }

        if (type == typeof(long))
        {
            return long.TryParse(text, Whole, culture, out var value) ? value : null;
        }

        if (type == typeof(ulong))
        {
            return ulong.TryParse(text, Whole, culture, out var value) ? value : null;
        }

        return double.TryParse(text, NumberStyles.Float, culture, out var real) && double.IsFinite(real) ? real : null;
    }

    private List<JobStep>? Steps(YamlNode node)
    {
        if (node is not YamlSequenceNode sequence)
        {
            Fault(node, $"'steps' expects a list (- name: options), found {Describe(node)}.");
            return null;
        }

        var steps = new List<JobStep>();
        for (var i = 0; i < sequence.Children.Count; i++)
        {
            if (Step(sequence.Children[i], i) is { } step)
            {
                var before = steps.Count(other => other.Definition.Name == step.Definition.Name);
                steps.Add(before == 0 ? step : step with { Key = string.Create(CultureInfo.InvariantCulture, $"{step.Key}-{before + 1}") });
            }
        }

        return steps;
    }

    private JobStep? Step(YamlNode node, int index)
    {
        YamlNode options = new YamlMappingNode();
        YamlNode nameNode = node;
        if (node is YamlMappingNode { Children.Count: 1 } mapping)
        {
            (nameNode, options) = mapping.Children.First();
        }

        if (nameNode is not YamlScalarNode { Value: { } name })
        {
            Fault(node, "expected one step name with its options (- name: { option: value }).");
            return null;
        }

        if (catalog.Find(name) is not { } definition)
        {
            Fault(nameNode, $"unknown step '{name}'.{Suggestion.For(name, catalog.Names, "Steps")}");
            return null;
        }

        var path = string.Create(CultureInfo.InvariantCulture, $"steps.{index}");
        _places[path] = At(nameNode);
        var before = Faults.Count;
        var record = Record(definition.Options, options, path, $"step '{name}'");
        return record is null || Faults.Count > before ? null : new JobStep(name, definition, record, At(nameNode));
    }

    private void Fault(YamlNode node, string message) => Faults.Add(new JobFault(At(node), message));

    private static bool IsNull(YamlNode node) => node is YamlScalarNode { Style: ScalarStyle.Plain, Value: "" or "~" or "null" };

    private static string Describe(YamlNode node) => node switch
    {
        YamlMappingNode => "a mapping",
        YamlSequenceNode => "a list",
        _ when IsNull(node) => "nothing",
        YamlScalarNode scalar => $"'{scalar.Value}'",
        _ => "something else",
    };

    private static string Describe(Type type) => type == typeof(bool) ? "true or false"
        : type == typeof(int) || type == typeof(long) || type == typeof(ulong) ? "a whole number"
        : type == typeof(double) ? "a number"
        : type.IsEnum ? string.Join(", ", Enum.GetNames(type).Select(OptionShape.SnakeCase))
        : "text";
}
