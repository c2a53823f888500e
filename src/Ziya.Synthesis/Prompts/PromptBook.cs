using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;
using Ziya.Pipeline.Records;

namespace Ziya.Synthesis.Prompts;

/// <summary>
/// The prompts that steps use, in Chinese and English: those that come along, <c>Prompts/zh/NAME.yaml</c> and <c>Prompts/en/NAME.yaml</c>, and in front of
/// them those of a folder of the user's with the same layout.
/// </summary>
public sealed partial class PromptBook
{
    private const string Ending = ".yaml";
    private static readonly string[] Languages = ["zh", "en"];
    private readonly Dictionary<string, Prompt> _prompts = new(StringComparer.Ordinal);

    /// <summary>The prompts whose names begin with <paramref name="prefix"/>.</summary>
    /// <param name="folder">A folder of the user's; null for none.</param>
    /// <param name="prefix">Such as <c>evolve/</c>.</param>
    /// <exception cref="InvalidDataException">A file cannot be read as a prompt, or has a name that there is no prompt of.</exception>
    public PromptBook(string? folder, string prefix)
    {
        var assembly = Assembly.GetExecutingAssembly();
        var text = new StringBuilder();
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith("prompts/", StringComparison.Ordinal) && name.Contains($"/{prefix}", StringComparison.Ordinal)))
        {
            using var resource = new StreamReader(assembly.GetManifestResourceStream(name)!);
            Add(name["prompts/".Length..^Ending.Length], resource.ReadToEnd(), name);
        }

        foreach (var (key, path) in Files(folder, prefix))
        {
            if (!_prompts.ContainsKey(key))
            {
                throw new InvalidDataException($"{path}: there is no prompt of that name. Prompts: {string.Join(", ", Names)}.");
            }

            var content = File.ReadAllText(path);
            text.Append(key).Append('\n').Append(content);
            Add(key, content, path);
        }

        Version = text.Length == 0 ? "" : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    /// <summary>Names of the prompts, without language.</summary>
    public IReadOnlyList<string> Names => [.. _prompts.Keys.Select(key => key[(key.IndexOf('/', StringComparison.Ordinal) + 1)..]).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>A hash of the user's own prompts; empty where there are none.</summary>
    public string Version { get; }

    /// <summary>The prompt of a name for a record, in the record's language: Chinese where it is <c>zh</c>, or where it is not said and a fifth of the letters are Chinese; else English.</summary>
    public Prompt For(Record record, string name)
    {
        ArgumentNullException.ThrowIfNull(record);
        return For(LanguageOf(record), name);
    }

    /// <summary>The prompt of a name in a language, <c>zh</c> or <c>en</c>.</summary>
    public Prompt For(string language, string name) => _prompts[$"{language}/{name}"];

    /// <summary>The fault of a user's folder, for the check of a step; none if all is well.</summary>
    internal static IEnumerable<string> Fault(Func<PromptBook> load)
    {
        try
        {
            load();
            return [];
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return [exception.Message];
        }
    }

    /// <summary>The language of the prompts for a record, <c>zh</c> or <c>en</c>.</summary>
    public static string LanguageOf(Record record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return record.Language is { Length: > 0 } language and not "und" ? language.StartsWith("zh", StringComparison.Ordinal) ? "zh" : "en" : LanguageOf(record.Content);
    }

    /// <summary>The language of the prompts for a text.</summary>
    public static string LanguageOf(ReadOnlySpan<char> text)
    {
        var (letters, chinese) = (0, 0);
        foreach (var c in text)
        {
            letters += char.IsLetter(c) ? 1 : 0;
            chinese += c is >= '\u4e00' and <= '\u9fff' ? 1 : 0;
        }

        return chinese * 5 >= letters && chinese > 0 ? "zh" : "en";
    }

    private static IEnumerable<(string Key, string Path)> Files(string? folder, string prefix)
    {
        if (folder is null)
        {
            return [];
        }

        if (!Directory.Exists(folder))
        {
            throw new InvalidDataException($"{folder}: there is no such folder of prompts.");
        }

        return from language in Languages
               let root = Path.Combine(folder, language)
               where Directory.Exists(root)
               from path in Directory.EnumerateFiles(root, "*" + Ending, SearchOption.AllDirectories).Order(StringComparer.Ordinal)
               let name = Path.GetRelativePath(root, path)[..^Ending.Length].Replace('\\', '/')
               where name.StartsWith(prefix, StringComparison.Ordinal)
               select ($"{language}/{name}", path);
    }

    private void Add(string key, string content, string path)
    {
        try
        {
            var shipped = _prompts.GetValueOrDefault(key);
            var prompt = new DeserializerBuilder().WithNamingConvention(UnderscoredNamingConvention.Instance).Build().Deserialize<Prompt?>(content);
            _prompts[key] = prompt?.User is null || prompt.Version < 1
                ? throw new InvalidDataException($"{path}: 'version', from 1 on, and 'user' are needed.")
                : shipped is not null && Places(shipped) is { Count: > 0 } places && !places.Overlaps(Places(prompt))
                ? throw new InvalidDataException($"{path}: has none of the places that are filled in here: {string.Join(", ", places)}. The model would not be told what it is about.")
                : prompt with { Name = $"{key[3..]}.{key[..2]}" };
        }
        catch (YamlException exception)
        {
            throw new InvalidDataException($"{path}:{exception.Start.Line}:{exception.Start.Column}: {exception.InnerException?.Message ?? exception.Message}", exception);
        }
    }

    private static HashSet<string> Places(Prompt prompt) => [.. Place().Matches(prompt.User).Select(match => match.Value)];

    [GeneratedRegex(@"\{[a-z]+\}")]
    private static partial Regex Place();
}
