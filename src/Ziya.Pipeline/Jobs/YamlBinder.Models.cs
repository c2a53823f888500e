using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace Ziya.Pipeline.Jobs;

/// <content>The section <c>models:</c>.</content>
internal sealed partial class YamlBinder
{
    private Dictionary<string, JobModel>? Models(YamlNode node, string path)
    {
        if (node is not YamlMappingNode mapping)
        {
            Fault(node, $"'models' expects a mapping (name: {{ options }}), found {Describe(node)}.");
            return null;
        }

        var models = new Dictionary<string, JobModel>();
        foreach (var (keyNode, valueNode) in mapping.Children)
        {
            var name = (keyNode as YamlScalarNode)?.Value ?? "";
            ModelNames.Add(name);
            if (!ModelName().IsMatch(name))
            {
                Fault(keyNode, $"'{name}' cannot be the name of a model: letters, digits, dashes and underscores, at most 60.");
            }
            else if (Model(name, keyNode, valueNode, $"{path}.{name}") is { } model)
            {
                models.Add(name, model);
            }
        }

        return models;
    }

    private JobModel? Model(string name, YamlNode keyNode, YamlNode node, string path)
    {
        var keys = (node as YamlMappingNode)?.Children.Keys.OfType<YamlScalarNode>().Select(key => key.Value ?? "").ToHashSet() ?? [];
        var kinds = catalog.Models.Where(kind => keys.Contains(kind.Key)).ToList();

        // What tells one kind may be an option of another: a recording stands for a model, or for an entry of any kind.
        kinds = [.. kinds.Where(kind => !kinds.Exists(other => other.Key != kind.Key && OptionShape.Of(other.Value).Any(shape => shape.Name == kind.Key)))];
        if (kinds.Count != 1)
        {
            Fault(node, kinds.Count == 0
                ? $"model '{name}' does not say what it is.{Suggestion.For(keys.FirstOrDefault() ?? "", catalog.Models.Keys, "One is needed of")}"
                : $"model '{name}' cannot be both '{kinds[0].Key}' and '{kinds[1].Key}'.");
            return null;
        }

        var before = Faults.Count;
        _places[path] = At(keyNode);
        var options = Record(kinds[0].Value, node, path, $"model '{name}'");
        return options is null || Faults.Count > before ? null : new JobModel(name, (ModelOptions)options, At(keyNode));
    }

    // It names a folder of the run.
    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9_-]{0,59}$")]
    private static partial Regex ModelName();
}
