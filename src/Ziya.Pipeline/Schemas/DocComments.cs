using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Ziya.Pipeline.Schemas;

/// <summary>Summaries of types, properties and enum members, from the documentation files that lie beside the assemblies.</summary>
internal sealed partial class DocComments
{
    private readonly Dictionary<Assembly, Dictionary<string, string>> _assemblies = [];

    /// <summary>The summary of a type, or null.</summary>
    public string? Of(Type type) => Find(type, $"T:{Name(type)}");

    /// <summary>The summary of a property or enum member, or null.</summary>
    public string? Of(MemberInfo member) =>
        Find(member.DeclaringType!, $"{(member is PropertyInfo ? 'P' : 'F')}:{Name(member.DeclaringType!)}.{member.Name}");

    /// <summary>The text of a summary: code in backticks, white space as one space, lists and paragraphs on lines of their own.</summary>
    internal static string Text(XElement summary)
    {
        var text = new StringBuilder();
        Append(summary, text);
        return BlankLines().Replace(text.ToString(), "\n").Trim();
    }

    private static void Append(XElement element, StringBuilder text)
    {
        foreach (var node in element.Nodes())
        {
            if (node is XText plain)
            {
                text.Append(WhiteSpace().Replace(plain.Value, " "));
            }
            else if (node is XElement inner)
            {
                AppendElement(inner, text);
            }
        }
    }

    private static void AppendElement(XElement element, StringBuilder text)
    {
        switch (element.Name.LocalName)
        {
            case "see" or "seealso" or "paramref" or "typeparamref" when element.IsEmpty:
                text.Append(Reference(element));
                break;
            case "c" or "code":
                text.Append('`').Append(element.Value).Append('`');
                break;
            case "item":
                text.Append("\n- ");
                Append(element, text);
                break;
            case "para" or "list":
                text.Append('\n');
                Append(element, text);
                text.Append('\n');
                break;
            default:
                Append(element, text);
                break;
        }
    }

    private static string Reference(XElement element)
    {
        if ((string?)element.Attribute("href") is { } address)
        {
            return address;
        }

        var name = (string?)element.Attribute("cref") ?? (string?)element.Attribute("langword") ?? (string?)element.Attribute("name") ?? "";
        var plain = name.Split('(', '`')[0].Split('.', ':')[^1];
        return name.StartsWith("P:", StringComparison.Ordinal) ? $"`{Jobs.OptionShape.SnakeCase(plain)}`" : $"`{plain}`";
    }

    private static string Name(Type type) => (type.IsGenericType ? type.GetGenericTypeDefinition() : type).FullName!.Replace('+', '.');

    private string? Find(Type type, string name)
    {
        if (!_assemblies.TryGetValue(type.Assembly, out var summaries))
        {
            _assemblies.Add(type.Assembly, summaries = Load(type.Assembly));
        }

        return summaries.GetValueOrDefault(name);
    }

    private static Dictionary<string, string> Load(Assembly assembly)
    {
        var path = Path.Combine(AppContext.BaseDirectory, $"{assembly.GetName().Name}.xml");
        if (!File.Exists(path))
        {
            // Without it the schemas would be written all the same, with nothing to read in them.
            throw new FileNotFoundException($"{path} is missing: descriptions come from it. It is built beside the assembly (GenerateDocumentationFile).", path);
        }

        return XDocument.Load(path, LoadOptions.PreserveWhitespace).Descendants("member")
            .Where(member => member.Element("summary") is not null)
            .ToDictionary(member => (string)member.Attribute("name")!, member => Text(member.Element("summary")!));
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();

    [GeneratedRegex(@" *\n[ \n]*")]
    private static partial Regex BlankLines();
}
