using Ziya.Synthesis.Code.Sandboxing;

namespace Ziya.Synthesis.Code.Languages;

/// <summary>Go: its syntax, by gofmt, of whole files and of pieces.</summary>
internal sealed class Go : ToolLanguage
{
    /// <inheritdoc/>
    public override string Name => "go";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Tags { get; } = ["golang"];

    /// <inheritdoc/>
    public override string Needs => "gofmt";

    /// <inheritdoc/>
    public override bool RunsTests => false;

    /// <inheritdoc/>
    protected override string Sample => "package main\n\nimport \"fmt\"\n\nfunc main() { fmt.Println(1) }\n";

    /// <inheritdoc/>
    protected override IReadOnlyList<Tool?> Find() => [Tool.Find("gofmt")];

    /// <inheritdoc/>
    protected override string FileOf(string code) => "main.go";

    /// <inheritdoc/>
    protected override string CheckScript(string file, int memoryMb) => $"gofmt -e {file} > /dev/null";
}
