using System.Collections;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Ziya.Pipeline.Jobs;

/// <summary>Writes jobs with every option spelled out: the run folder's <c>job.yaml</c>, and what hashes are taken of.</summary>
internal static class JobYaml
{
    /// <summary>The job as YAML that <see cref="JobFile"/> reads back to an equal job.</summary>
    public static string Write(Job job)
    {
        var writer = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        new YamlStream(new YamlDocument(Node(job)!)).Save(writer, false);
        var text = writer.ToString();
        return text.EndsWith("...\n", StringComparison.Ordinal) ? text[..^4] : text;
    }

    /// <summary>The options of a step, or any options record, as YAML.</summary>
    public static string WriteOptions(object options)
    {
        var writer = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        new YamlStream(new YamlDocument(Node(options)!)).Save(writer, false);
        return writer.ToString();
    }

    /// <summary>SHA-256 over everything that changes what the job writes: not its description, schedule or memory.</summary>
    public static string Hash(Job job) => HashOf(Write(job with
    {
        Description = null,
        Schedule = null,
        TimeZone = "UTC",
        Models = job.Models.ToDictionary(model => model.Key, model => model.Value with { Options = model.Value.Options.Deciding() }),
        Limits = new LimitOptions { RecordMb = job.Limits.RecordMb, SplitMb = job.Limits.SplitMb },
    }));

    /// <summary>SHA-256 of a text, in hex.</summary>
    public static string HashOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static YamlNode? Node(object? value) => value switch
    {
        null => null,
        string text => Text(text),
        bool flag => new YamlScalarNode(flag ? "true" : "false"),
        Enum choice => new YamlScalarNode(OptionShape.SnakeCase(choice.ToString())),
        JobModel model => Record(model.Options),
        JobStep step => new YamlMappingNode(new YamlScalarNode(step.Definition.Name), Node(step.Options)!),
        IDictionary pairs => Mapping(pairs),
        IEnumerable items => new YamlSequenceNode(items.Cast<object>().Select(item => Node(item)!)),
        IFormattable number => new YamlScalarNode(number.ToString(null, CultureInfo.InvariantCulture)),
        _ => Record(value),
    };

    /// <summary>Quoted where a plain scalar would read back as something else.</summary>
    private static YamlScalarNode Text(string text) => new(text)
    {
        Style = text.Length == 0 || !char.IsLetter(text[0]) || text is "null" or "true" or "false" || text.Contains('\n', StringComparison.Ordinal)
            ? ScalarStyle.DoubleQuoted
            : ScalarStyle.Any,
    };

    private static YamlMappingNode Mapping(IDictionary pairs)
    {
        var node = new YamlMappingNode();
        foreach (DictionaryEntry pair in pairs)
        {
            node.Add(Text((string)pair.Key), Node(pair.Value)!);
        }

        return node;
    }

    private static YamlMappingNode Record(object record)
    {
        var node = new YamlMappingNode();
        foreach (var shape in OptionShape.Of(record.GetType()))
        {
            if (Node(shape.Property.GetValue(record)) is { } value)
            {
                node.Add(new YamlScalarNode(shape.Name), value);
            }
        }

        return node;
    }
}
