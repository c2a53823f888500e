using System.Text.RegularExpressions;
using Ziya.Synthesis.Code.Sandboxing;

namespace Ziya.Synthesis.Code.Languages;

/// <summary>JavaScript: its syntax, by Node.js. What imports, exports or awaits outside of functions is a module.</summary>
internal sealed partial class JavaScript : ToolLanguage
{
    /// <inheritdoc/>
    public override string Name => "javascript";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Tags { get; } = ["js", "node", "nodejs", "mjs", "cjs"];

    /// <inheritdoc/>
    public override string Needs => "node";

    /// <inheritdoc/>
    protected override string Sample => "const double = x => x * 2;\nconsole.log([1].map(double));\n";

    /// <inheritdoc/>
    protected override IReadOnlyList<Tool?> Find() => [Tool.Find("node", "-p", "require('path').dirname(require('path').dirname(process.execPath))")];

    /// <inheritdoc/>
    protected override string FileOf(string code) => Module().IsMatch(code) ? "main.mjs" : "main.js";

    /// <inheritdoc/>
    protected override string CheckScript(string file, int memoryMb) => $"node --check {file}";

    /// <inheritdoc/>
    protected override string? RunScript(string file, int memoryMb) => FormattableString.Invariant($"node --max-old-space-size={memoryMb / 2} {file}");

    /// <inheritdoc/>
    protected override string Program(string code, string tests, string token) => $"{code}\n;\n{tests}\n;console.log(\"\\n{token}\");\n";

    [GeneratedRegex(@"^(import\s|import\{|export\s|await\s|const .*= await\s)", RegexOptions.Multiline)]
    private static partial Regex Module();
}
