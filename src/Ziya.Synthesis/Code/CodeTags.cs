namespace Ziya.Synthesis.Code;

/// <summary>Words on fences that stand for no programming language: what is shown there is output, data or prose.</summary>
internal static class CodeTags
{
    private static readonly HashSet<string> NoCode =
    [
        "text", "txt", "plain", "plaintext", "output", "out", "console", "terminal", "shell-session", "log", "markdown", "md", "json", "jsonl", "yaml", "yml", "toml", "ini", "xml", "html", "css",
        "csv", "tsv", "diff", "patch", "mermaid", "dot", "latex", "tex", "math", "http", "regex", "svg", "env", "pycon", "nginx", "gitignore",
    ];

    /// <summary>Whether a tag says that there is code below it.</summary>
    public static bool IsCode(string tag) => !NoCode.Contains(tag);
}
