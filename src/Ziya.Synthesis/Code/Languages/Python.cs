using Ziya.Synthesis.Code.Sandboxing;

namespace Ziya.Synthesis.Code.Languages;

/// <summary>Python: its syntax, by the interpreter.</summary>
internal sealed class Python : ToolLanguage
{
    /// <inheritdoc/>
    public override string Name => "python";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Tags { get; } = ["py", "python3", "py3"];

    /// <inheritdoc/>
    public override string Needs => "python3";

    /// <inheritdoc/>
    protected override string Sample => "import sys\n\ndef main() -> None:\n    print(f\"{sys.argv}\")\n";

    /// <inheritdoc/>
    protected override IReadOnlyList<Tool?> Find() => [Tool.Find("python3", "-I", "-c", "import sys; print(sys.base_prefix)")];

    /// <inheritdoc/>
    protected override string FileOf(string code) => "main.py";

    /// <inheritdoc/>
    protected override string CheckScript(string file, int memoryMb) => $"python3 -I -X utf8 -m py_compile {file}";

    // Not -I, which would leave the order of sets to chance.
    /// <inheritdoc/>
    protected override string? RunScript(string file, int memoryMb) => $"python3 -s -X utf8 {file}";

    /// <inheritdoc/>
    protected override string Program(string code, string tests, string token) => $"{code}\n\n{tests}\n\nprint(\"\\n{token}\")\n";
}
