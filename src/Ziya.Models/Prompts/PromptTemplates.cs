using System.Reflection;
using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace Ziya.Models.Prompts;

/// <summary>The templates that come with the program, by name, and those in files.</summary>
public static class PromptTemplates
{
    private const string Prefix = "templates.";
    private const string Ending = ".yaml";

    /// <summary>Names of the templates that come along: <c>ziya</c>, <c>ziya2</c>, <c>ziya-coding</c>, <c>ziya-reward</c>, <c>ziya-writing</c>, <c>llama2</c>, <c>chatml</c> and others.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. Assembly.GetExecutingAssembly().GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(name => name[Prefix.Length..^Ending.Length])
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The template of that name, or in the file of that path.</summary>
    /// <exception cref="InvalidDataException">There is none, or it is wrong.</exception>
    public static PromptTemplate Load(string nameOrPath)
    {
        ArgumentNullException.ThrowIfNull(nameOrPath);
        if (Names.Contains(nameOrPath))
        {
            using var resource = Assembly.GetExecutingAssembly().GetManifestResourceStream(Prefix + nameOrPath + Ending)!;
            return Read(new StreamReader(resource), nameOrPath);
        }

        if (!File.Exists(nameOrPath))
        {
            throw new InvalidDataException($"There is no template '{nameOrPath}', nor a file of that name. Templates: {string.Join(", ", Names)}.");
        }

        using var file = File.OpenText(nameOrPath);
        return Read(file, nameOrPath);
    }

    private static PromptTemplate Read(TextReader reader, string name)
    {
        try
        {
            var template = new DeserializerBuilder().WithNamingConvention(UnderscoredNamingConvention.Instance)
                .WithTypeMapping<IReadOnlyList<string>, List<string>>().Build().Deserialize<PromptTemplate?>(reader);
            return template?.User is null || template.Assistant is null
                ? throw new InvalidDataException($"{name}: 'user' and 'assistant' are needed.")
                : template.Fault() is { } fault ? throw new InvalidDataException($"{name}: {fault}") : template;
        }
        catch (YamlException exception)
        {
            throw new InvalidDataException($"{name}:{exception.Start.Line}:{exception.Start.Column}: {exception.InnerException?.Message ?? exception.Message}", exception);
        }
    }
}
