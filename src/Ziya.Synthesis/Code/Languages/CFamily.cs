using System.Text.RegularExpressions;
using Ziya.Synthesis.Code.Sandboxing;

namespace Ziya.Synthesis.Code.Languages;

/// <summary>C and C++: syntax and types, by GCC; C as GCC 14 has it, which no longer lets undeclared functions pass.</summary>
internal sealed partial class CFamily(string name) : ToolLanguage
{
    private readonly bool _isPlusPlus = name == "cpp";

    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Tags { get; } = name == "cpp" ? ["c++", "cxx", "cc", "hpp", "h++"] : ["h"];

    /// <inheritdoc/>
    public override string Needs => _isPlusPlus ? "g++" : "gcc";

    /// <inheritdoc/>
    protected override string Sample => _isPlusPlus ? "#include <vector>\nint f() { return std::vector<int>{1}[0]; }\n" : "#include <stdio.h>\nint main(void) { printf(\"1\"); return 0; }\n";

    private string Compiler => _isPlusPlus
        ? "g++ -x c++ -std=gnu++20"
        : "gcc -x c -std=gnu17 -Werror=implicit-function-declaration -Werror=implicit-int -Werror=int-conversion -Werror=incompatible-pointer-types";

    /// <inheritdoc/>
    protected override IReadOnlyList<Tool?> Find() => [Tool.Find(Needs)];

    /// <inheritdoc/>
    protected override string FileOf(string code) => _isPlusPlus ? "main.cpp" : "main.c";

    /// <inheritdoc/>
    protected override string CheckScript(string file, int memoryMb) => $"{Compiler} -fsyntax-only -fmax-errors=5 {file}";

    /// <inheritdoc/>
    protected override string? RunScript(string file, int memoryMb) => $"{Compiler} -w -o program {file} -lm && exec ./program";

    /// <inheritdoc/>
    protected override string Program(string code, string tests, string token) =>
        $"#include <assert.h>\n#include <stdio.h>\n#define main main_of_the_answer\n{code}\n#undef main\n"
        + (Main().IsMatch(tests) ? tests : $"int main(void) {{\n{tests}\nputs(\"\\n{token}\");\nreturn 0;\n}}\n");

    /// <inheritdoc/>
    protected override bool LacksLibrary(string messages) => MissingHeader().IsMatch(messages);

    [GeneratedRegex(@"\bmain\s*\(")]
    private static partial Regex Main();

    [GeneratedRegex(@"fatal error: .*: No such file or directory")]
    private static partial Regex MissingHeader();
}
