using System.Text.RegularExpressions;
using Ziya.Synthesis.Code.Sandboxing;

namespace Ziya.Synthesis.Code.Languages;

/// <summary>Java: syntax and types, by javac. Methods and statements without a class are checked inside of one.</summary>
internal sealed partial class Java : ToolLanguage
{
    private const string TestClass = "TestsOfTheRecord";

    /// <inheritdoc/>
    public override string Name => "java";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Tags { get; } = [];

    /// <inheritdoc/>
    public override string Needs => "javac";

    /// <inheritdoc/>
    protected override string Sample => "import java.util.List;\n\npublic class Sample {\n    List<Integer> one() { return List.of(1); }\n}\n";

    /// <inheritdoc/>
    protected override IReadOnlyList<Tool?> Find() => [Tool.Find("javac"), Tool.Find("java")];

    /// <inheritdoc/>
    protected override string FileOf(string code) => PublicType().Match(code) is { Success: true } type ? $"{type.Groups[1].Value}.java" : "Main.java";

    /// <inheritdoc/>
    protected override string CheckScript(string file, int memoryMb) =>
        $"javac {string.Join(' ', Machine(memoryMb).Select(option => "-J" + option))} -proc:none -nowarn -Xmaxerrs 5 -encoding UTF-8 -d . {file}";

    /// <inheritdoc/>
    protected override string? RunScript(string file, int memoryMb) =>
        $"{CheckScript(file, memoryMb)} && exec java {string.Join(' ', Machine(memoryMb))} -ea -cp . {TestClass}";

    /// <inheritdoc/>
    protected override string Program(string code, string tests, string token)
    {
        var (imports, rest) = Imports(tests);
        var (own, body) = Imports(code);
        return own + imports + body + "\n" + (Main().IsMatch(rest)
            ? FirstClass().Replace(rest, "class " + TestClass, 1)
            : $"class {TestClass} {{\npublic static void main(String[] all) throws Throwable {{\n{rest}\nSystem.out.println(\"\\n{token}\");\n}}\n}}\n");
    }

    /// <inheritdoc/>
    protected override IEnumerable<string> Fragments(string code)
    {
        var (imports, rest) = Imports(code);
        return Type().IsMatch(code) ? [] : [$"{imports}class Fragment {{\n{rest}\n}}\n", $"{imports}class Fragment {{\nvoid run() throws Exception {{\n{rest}\n}}\n}}\n"];
    }

    /// <inheritdoc/>
    protected override bool LacksLibrary(string messages) => MissingPackage().IsMatch(messages);

    private static IEnumerable<string> Machine(int memoryMb) => ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", FormattableString.Invariant($"-Xmx{memoryMb / 2}m")];

    private static (string Imports, string Other) Imports(string code)
    {
        var lines = code.Split('\n').ToLookup(line => line.StartsWith("import ", StringComparison.Ordinal) || line.StartsWith("package ", StringComparison.Ordinal));
        return (string.Concat(lines[true].Where(line => line.StartsWith('i')).Select(line => line + "\n")), string.Join('\n', lines[false]));
    }

    [GeneratedRegex(@"\bpublic\s+(?:(?:final|abstract|sealed|strictfp|static)\s+)*(?:class|interface|enum|record|@interface)\s+([A-Za-z_]\w*)")]
    private static partial Regex PublicType();

    [GeneratedRegex(@"\b(?:class|interface|enum|record)\s+\w+")]
    private static partial Regex Type();

    [GeneratedRegex(@"\bvoid\s+main\s*\(")]
    private static partial Regex Main();

    [GeneratedRegex(@"(?:public\s+)?class\s+\w+")]
    private static partial Regex FirstClass();

    [GeneratedRegex(@"error: package [\w.]+ does not exist")]
    private static partial Regex MissingPackage();
}
