using Ziya.Synthesis.Code.Sandboxing;

namespace Ziya.Synthesis.Code.Languages;

/// <summary>SQL: its syntax, as SQLite has it, over an empty database. Tables and functions that are not there are no fault. Fences that name another dialect are not checked.</summary>
internal sealed class Sql : ToolLanguage
{
    private static readonly string[] SyntaxFaults = ["syntax error", "incomplete input", "unrecognized token"];

    /// <inheritdoc/>
    public override string Name => "sql";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Tags { get; } = ["sqlite", "sqlite3"];

    /// <inheritdoc/>
    public override string Needs => "sqlite3";

    /// <inheritdoc/>
    public override bool RunsTests => false;

    /// <inheritdoc/>
    protected override string Sample => "SELECT name, count(*) FROM people GROUP BY name;\n";

    /// <inheritdoc/>
    protected override IReadOnlyList<Tool?> Find() => [Tool.Find("sqlite3")];

    /// <inheritdoc/>
    protected override string FileOf(string code) => "main.sql";

    /// <inheritdoc/>
    protected override string CheckScript(string file, int memoryMb) => $"sqlite3 -safe -batch :memory: < {file} > /dev/null";

    /// <inheritdoc/>
    protected override bool IsWrong(SandboxResult result) => SyntaxFaults.Any(fault => result.Messages.Contains(fault, StringComparison.Ordinal));
}
