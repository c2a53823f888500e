using System.Text.RegularExpressions;
using Ziya.Synthesis.Code.Sandboxing;

namespace Ziya.Synthesis.Code.Languages;

/// <summary>Rust, edition 2021: syntax, types and borrows, by rustc.</summary>
internal sealed partial class Rust : ToolLanguage
{
    /// <inheritdoc/>
    public override string Name => "rust";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Tags { get; } = ["rs"];

    /// <inheritdoc/>
    public override string Needs => "rustc";

    /// <inheritdoc/>
    protected override string Sample => "use std::collections::HashMap;\n\npub fn one() -> HashMap<String, i32> { HashMap::from([(\"a\".to_string(), 1)]) }\n";

    /// <inheritdoc/>
    protected override IReadOnlyList<Tool?> Find() => [Tool.Find("rustc", "--print", "sysroot")];

    /// <inheritdoc/>
    protected override string FileOf(string code) => "main.rs";

    /// <inheritdoc/>
    protected override string CheckScript(string file, int memoryMb) => $"rustc --edition 2021 --crate-type lib --cap-lints allow --emit=metadata {file}";

    /// <inheritdoc/>
    protected override string? RunScript(string file, int memoryMb) => $"rustc --edition 2021 --cap-lints allow -C codegen-units=1 -o program {file} && exec ./program";

    /// <inheritdoc/>
    protected override string Program(string code, string tests, string token)
    {
        var answer = Main().Replace(code, "fn main_of_the_answer(");
        return Main().IsMatch(tests) ? $"{answer}\n{tests}\n" : $"{answer}\nfn main() {{\n{tests}\nprintln!(\"\\n{token}\");\n}}\n";
    }

    /// <inheritdoc/>
    protected override bool LacksLibrary(string messages) => MissingCrate().Matches(messages) is { Count: > 0 } missing
        && missing.Count == Error().Count(messages);

    [GeneratedRegex(@"\bfn\s+main\s*\(")]
    private static partial Regex Main();

    // What the standard library or the code itself should have is no missing crate.
    [GeneratedRegex(@"^error\[E04(32|33)\]: .*`(?!std|core|alloc|crate|self|super)[a-z_0-9]+(::\w+)*`", RegexOptions.Multiline)]
    private static partial Regex MissingCrate();

    [GeneratedRegex(@"^error\[E", RegexOptions.Multiline)]
    private static partial Regex Error();
}
