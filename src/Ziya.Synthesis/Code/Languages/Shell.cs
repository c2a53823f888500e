using Ziya.Synthesis.Code.Sandboxing;

namespace Ziya.Synthesis.Code.Languages;

/// <summary>Shell scripts: their syntax, by bash.</summary>
internal sealed class Shell : ToolLanguage
{
    /// <inheritdoc/>
    public override string Name => "shell";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Tags { get; } = ["sh", "bash"];

    /// <inheritdoc/>
    public override string Needs => "bash";

    /// <inheritdoc/>
    protected override string Sample => "for f in *; do echo \"$f\"; done\n";

    /// <inheritdoc/>
    protected override IReadOnlyList<Tool?> Find() => [Tool.Find("bash")];

    /// <inheritdoc/>
    protected override string FileOf(string code) => "main.sh";

    /// <inheritdoc/>
    protected override string CheckScript(string file, int memoryMb) => $"bash -n {file}";

    /// <inheritdoc/>
    protected override string? RunScript(string file, int memoryMb) => $"bash {file}";

    /// <inheritdoc/>
    protected override string Program(string code, string tests, string token) => $"{code}\nset -e\n{tests}\nprintf '\\n%s\\n' {token}\n";
}
