using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Ziya.Pipeline.Jobs;

/// <summary><c>--set path=value</c>: replaces a value of a job file. Steps are named by name or by number from 0.</summary>
internal static class JobOverride
{
    /// <summary>Replaces the value, and notes the new node with the option it came from. A fault where the path leads nowhere.</summary>
    public static JobFault? Apply(YamlMappingNode root, string option, Dictionary<YamlNode, string> overridden)
    {
        var label = $"--set {option}";
        var equals = option.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0)
        {
            return new JobFault(new Place(label, 0, 0), "expected path=value, as in --set steps.dedup_minhash.bands=20");
        }

        var parts = option[..equals].Split('.');
        YamlNode at = root;
        for (var i = 0; i < parts.Length - 1; i++)
        {
            if (Child(at, parts[i]) is { } child && !(child is YamlScalarNode { Value: null or "" } && at is YamlMappingNode))
            {
                at = child;
            }
            else if (at is YamlMappingNode mapping)
            {
                var made = new YamlMappingNode();
                overridden[made] = label;
                mapping.Children[new YamlScalarNode(parts[i])] = made;
                at = made;
            }
            else
            {
                return new JobFault(new Place(label, 0, 0), $"the job has no '{string.Join('.', parts[..(i + 1)])}'.{StepsInstead(at, parts[i])}");
            }
        }

        return Set(at, parts[^1], Value(option[(equals + 1)..], label, overridden), label, overridden);
    }

    private static JobFault? Set(YamlNode at, string key, YamlNode value, string label, Dictionary<YamlNode, string> overridden)
    {
        if (at is YamlMappingNode mapping)
        {
            var keyNode = new YamlScalarNode(key);
            mapping.Children.Remove(keyNode);
            overridden[keyNode] = label;
            mapping.Children.Add(keyNode, value);
            return null;
        }

        if (at is YamlSequenceNode sequence && Index(sequence, key) is { } index)
        {
            // A step named by name keeps it: what is set are its options.
            sequence.Children[index] = Name(sequence.Children[index]) == key ? new YamlMappingNode(new YamlScalarNode(key), value) : value;
            return null;
        }

        return new JobFault(new Place(label, 0, 0), $"there is no '{key}' to set.");
    }

    private static YamlNode? Child(YamlNode node, string part) => node switch
    {
        YamlMappingNode mapping => mapping.Children.TryGetValue(new YamlScalarNode(part), out var child) ? child : null,
        YamlSequenceNode sequence when Index(sequence, part) is { } at => Options(sequence, at),
        _ => null,
    };

    /// <summary>The options of a step: <c>- name</c> alone gets a mapping to put them in.</summary>
    private static YamlNode Options(YamlSequenceNode sequence, int at)
    {
        if (sequence.Children[at] is YamlScalarNode name)
        {
            sequence.Children[at] = new YamlMappingNode(name, new YamlMappingNode());
        }

        if (sequence.Children[at] is not YamlMappingNode { Children.Count: 1 } step)
        {
            return sequence.Children[at];
        }

        var (key, options) = step.Children.First();
        if (options is not YamlMappingNode)
        {
            options = new YamlMappingNode();
            step.Children[key] = options;
        }

        return options;
    }

    private static int? Index(YamlSequenceNode sequence, string part)
    {
        if (int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return number < sequence.Children.Count ? number : null;
        }

        var found = sequence.Children.ToList().FindIndex(node => Name(node) == part);
        return found < 0 ? null : found;
    }

    private static string? Name(YamlNode node) => node switch
    {
        YamlScalarNode scalar => scalar.Value,
        YamlMappingNode { Children.Count: 1 } step => (step.Children.First().Key as YamlScalarNode)?.Value,
        _ => null,
    };

    private static YamlNode Value(string text, string label, Dictionary<YamlNode, string> overridden)
    {
        YamlNode node;
        try
        {
            var stream = ShallowYaml.Load(text);
            node = stream.Documents.Count == 1 ? stream.Documents[0].RootNode : new YamlScalarNode(text) { Style = ScalarStyle.Plain };
        }
        catch (YamlException)
        {
            // What is not YAML, such as *.jsonl, is meant as it stands.
            node = new YamlScalarNode(text) { Style = ScalarStyle.Plain };
        }

        foreach (var inner in node.AllNodes)
        {
            overridden[inner] = label;
        }

        return node;
    }

    /// <summary>What steps there are, where one was not found by its name.</summary>
    private static string StepsInstead(YamlNode at, string written) => at is YamlSequenceNode steps
        ? Suggestion.For(written, steps.Select(step => step is YamlMappingNode { Children.Count: > 0 } mapping ? mapping.Children[0].Key : step).OfType<YamlScalarNode>().Select(name => name.Value ?? "").Distinct(), "Here")
        : "";
}
