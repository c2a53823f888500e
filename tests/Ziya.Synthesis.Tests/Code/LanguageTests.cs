using Ziya.Synthesis.Code;
using Ziya.Synthesis.Code.Languages;
using Ziya.Synthesis.Code.Sandboxing;

namespace Ziya.Synthesis.Tests.Code;

/// <summary>Each language with the compiler of this machine; what is not here is a skip that says so.</summary>
public sealed class LanguageTests : IDisposable
{
    private readonly Workbench _bench = new(Sandbox.OfThisMachine, new SandboxLimits { Seconds = 10, MemoryMb = 512 });

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("python", "def f(名字: str) -> str:\n    return f'你好，{名字}'\n")]
    [InlineData("py", "import numpy_is_not_here as np\nmatch 1:\n    case 1: pass\n")]
    [InlineData("c", "#include <stdio.h>\nint main(void) { printf(\"你好\\n\"); return 0; }")]
    [InlineData("cpp", "#include <map>\ntemplate <class T> auto f(T x) { return std::map<int, T>{{1, x}}; }")]
    [InlineData("c++", "struct A { int x; bool operator==(const A&) const = default; };")]
    [InlineData("java", "import java.util.*;\npublic class Sorter<T extends Comparable<T>> { List<T> items = new ArrayList<>(); }")]
    [InlineData("java", "public static int add(int a, int b) {\n    return a + b;\n}")]
    [InlineData("java", "import java.util.List;\n\nfor (int i : List.of(1, 2)) {\n    System.out.println(i);\n}")]
    [InlineData("js", "const 加 = (a, b) => a + b;\nmodule.exports = { 加 };")]
    [InlineData("javascript", "import fs from 'fs';\nexport const x = await fs.promises.readFile('a');")]
    [InlineData("rust", "use std::collections::BTreeMap;\npub fn f() -> BTreeMap<u8, u8> { BTreeMap::new() }")]
    [InlineData("rust", "fn main() { println!(\"{}\", 1); }")]
    [InlineData("go", "package main\n\nfunc main() {}\n")]
    [InlineData("bash", "set -e\nfor f in *.txt; do echo \"$f\"; done")]
    [InlineData("sql", "CREATE TABLE 学生 (编号 INTEGER PRIMARY KEY, 姓名 TEXT);\nSELECT 姓名 FROM 学生 WHERE 编号 = 1;")]
    [InlineData("sql", "SELECT * FROM orders o JOIN users u ON u.id = o.user_id;")]
    [InlineData("csharp", "var 数 = new[] { 1, 2 }.Sum();\nConsole.WriteLine($\"{数}\");")]
    [InlineData("c#", "namespace A { public record B(int C); public class D { public async Task<int> E() => await Task.FromResult(1); } }")]
    [InlineData("cs", "public static int Add(int a, int b) => a + b;\nprivate readonly List<int> _items = [];")]
    public async Task Check_RightCode_Passes(string tag, string code)
    {
        var found = await Language(tag).Check(code, _bench, default);
        Assert.True(found.Outcome == Outcome.Passes, $"{found.Reason}: {found.Messages}");
    }

    [Theory]
    [InlineData("python", "def f(:\n    pass", "SyntaxError")]
    [InlineData("python", "print 'python 2'", "SyntaxError")]
    [InlineData("c", "int main(void) { return 0 }", "expected")]
    [InlineData("c", "int main(void) { undeclared(1); return 0; }", "implicit declaration")]
    [InlineData("cpp", "int f() { std::string s; return s; }", "error")]
    [InlineData("java", "public class A { int f() { return \"x\"; } }", "incompatible types")]
    [InlineData("js", "function f( { return 1 }", "SyntaxError")]
    [InlineData("rust", "pub fn f() -> String { let s = String::new(); drop(s); s }", "E0382")]
    [InlineData("rust", "use std::not_there::X;", "E0432")]
    [InlineData("go", "package main\nfunc main() {", "main.go:2")]
    [InlineData("bash", "if true; then echo 1", "syntax error")]
    [InlineData("sql", "SELEC * FROM t;", "syntax error")]
    [InlineData("sql", "SELECT * FROM missing;\nSELECT 1 FROM WHERE;", "syntax error")]
    [InlineData("csharp", "int x = \"一\";", "CS0029")]
    [InlineData("csharp", "class A { void F() { Unknown(); } }", "CS0103")]
    public async Task Check_WrongCode_FailsAndSaysWhy(string tag, string code, string message)
    {
        var found = await Language(tag).Check(code, _bench, default);
        Assert.Equal((Outcome.Fails, "compile_error"), (found.Outcome, found.Reason));
        Assert.Contains(message, found.Messages, StringComparison.Ordinal);
        Assert.DoesNotContain(Path.GetTempPath(), found.Messages, StringComparison.Ordinal);
        Assert.Equal(found, await Language(tag).Check(code, _bench, default));
    }

    [Theory]
    [InlineData("c", "#include <not_on_this_machine.h>\nint x;")]
    [InlineData("cpp", "#include \"mine.hpp\"\nint x;")]
    [InlineData("java", "import org.junit.Test;\npublic class A { @Test public void f() {} }")]
    [InlineData("rust", "use serde::Serialize;\n#[derive(Clone)] pub struct A;")]
    [InlineData("csharp", "using Newtonsoft.Json;\nConsole.WriteLine(JsonConvert.SerializeObject(1));")]
    public async Task Check_LibraryThatIsNotHere_IsUnchecked(string tag, string code)
    {
        var found = await Language(tag).Check(code, _bench, default);
        Assert.Equal((Outcome.Unchecked, "library"), (found.Outcome, found.Reason));
    }

    [Theory]
    [InlineData("c", "#include \"/etc/passwd\"", "root:")]
    [InlineData("rust", "pub const X: &str = include_str!(\"/etc/passwd\"); compile_error!(\"x\");", "root:")]
    [InlineData("c", "#include \"/dev/zero\"", "")]
    [InlineData("cpp", "template <int N> struct A { static constexpr long v = A<N - 1>::v + A<N - 2>::v; };\nconstexpr int f(int n) { return n < 2 ? n : f(n - 1) + f(n - 2); }\nstatic_assert(f(45) > 0);", "")]
    [InlineData("java", "public class A { int x = ((((((((((((((((((((((((((((((((((((((((((((1; }", "")]
    [InlineData("sql", "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n;", "")]
    [InlineData("sql", ".shell touch /tmp/ziya-was-here", "")]
    public async Task Check_HostileCode_IsBoundedAndLearnsNothing(string tag, string code, string secret)
    {
        Assert.SkipUnless(_bench.Sandbox.Isolates, $"no sandbox on this machine: {BubblewrapSandbox.Missing}");
        using var bench = new Workbench(_bench.Sandbox, new SandboxLimits { Seconds = 2, MemoryMb = 512 });
        var found = await Language(tag).Check(code, bench, default);
        Assert.True(secret.Length == 0 || !found.Messages.Contains(secret, StringComparison.Ordinal), found.Messages);
        Assert.False(File.Exists("/tmp/ziya-was-here"));
    }

    [Theory]
    [InlineData("var x = ", "(", 20_000)]
    [InlineData("var x = 0", "+1", 20_000)]
    [InlineData("", "if (true) {", 5_000)]
    [InlineData("", "if (true) {} else ", 5_000)]
    [InlineData("var x = true", " ? 1 : true", 5_000)]
    [InlineData("object x = ", "y => ", 5_000)]
    [InlineData("bool x = ", "!", 20_000)]
    [InlineData("List", "<List", 5_000)]
    [InlineData("var x = \"\"", ".Trim()", 5_000)]
    [InlineData("", "class A { ", 5_000)]
    [InlineData("", "namespace A { ", 5_000)]
    [InlineData("var x = ", "new[] { ", 5_000)]
    [InlineData("var x = ", "$\"{", 5_000)]
    [InlineData("", "int F() { ", 900)]
    [InlineData("object x = ", "y => ", 900)]
    [InlineData("var x = 0", "+1", 900)]
    public async Task Check_DeepCSharp_DoesNotTakeTheProcessDown(string first, string more, int times)
    {
        using var bench = new Workbench(_bench.Sandbox, new SandboxLimits { Seconds = 1, MemoryMb = 512 });
        Assert.NotEqual(Outcome.Passes, (await Language("csharp").Check(first + string.Concat(Enumerable.Repeat(more, times)), bench, default)).Outcome);
    }

    [Fact]
    public async Task Check_LongCSharp_IsUnchecked() => Assert.Equal("too_long", (await Language("csharp").Check(new string(' ', 1 << 19), _bench, default)).Reason);

    [Theory]
    [InlineData("python", "def add(a, b):\n    return a + b", "assert add(1, 2) == 3", "def add(a, b):\n    return a - b", "AssertionError")]
    [InlineData("python", "def add(a, b):\n    return a + b", "assert add(1, 2) == 3", "import os\nos._exit(0)", "before the tests")]
    [InlineData("js", "const add = (a, b) => a + b;", "require('assert').strictEqual(add(1, 2), 3);", "const add = (a, b) => a - b;", "AssertionError")]
    [InlineData("bash", "add() { echo $(($1 + $2)); }", "test \"$(add 1 2)\" = 3", "add() { echo 0; }", "")]
    [InlineData("c", "int add(int a, int b) { return a + b; }\nint main(void) { return 1; }", "assert(add(1, 2) == 3);", "int add(int a, int b) { return a - b; }", "Assertion")]
    [InlineData("cpp", "template <class T> T add(T a, T b) { return a + b; }", "int main() { if (add(1, 2) != 3) return 1; return 0; }", "template <class T> T add(T a, T b) { return a - b; }", "")]
    [InlineData("java", "public class Adder { static int add(int a, int b) { return a + b; } }", "assert Adder.add(1, 2) == 3;", "class Adder { static int add(int a, int b) { return a - b; } }", "AssertionError")]
    [InlineData("java", "class Adder { static int add(int a, int b) { return a + b; } }", "import java.util.List;\npublic class Main { public static void main(String[] args) { if (Adder.add(1, 2) != List.of(3).get(0)) throw new IllegalStateException(\"错\"); } }", "class Adder { static int add(int a, int b) { return 0; } }", "IllegalStateException")]
    [InlineData("rust", "fn add(a: i32, b: i32) -> i32 { a + b }\nfn main() {}", "assert_eq!(add(1, 2), 3);", "fn add(a: i32, b: i32) -> i32 { a - b }", "panicked")]
    public async Task Test_RightAndWrongCode_AreToldApart(string tag, string right, string tests, string wrong, string message)
    {
        Assert.SkipUnless(_bench.Sandbox.Isolates, $"no sandbox on this machine: {BubblewrapSandbox.Missing}");
        var passed = await Language(tag).Test(right, tests, "passed-1", _bench, default);
        Assert.True(passed.Outcome == Outcome.Passes, $"{passed.Reason}: {passed.Messages}");
        var failed = await Language(tag).Test(wrong, tests, "passed-1", _bench, default);
        Assert.Equal((Outcome.Fails, "tests_failed"), (failed.Outcome, failed.Reason));
        Assert.Contains(message, failed.Messages, StringComparison.Ordinal);
    }

    [Fact]
    public void Languages_NamesAndTags_AreUnique()
    {
        var names = CodeLanguage.All.SelectMany(language => language.Tags.Append(language.Name)).ToList();
        Assert.Equal(names.Distinct().Count(), names.Count);
        Assert.All(names, name => Assert.True(CodeTags.IsCode(name)));
    }

    private CodeLanguage Language(string tag)
    {
        var language = CodeLanguage.Of(tag)!;
        Assert.SkipUnless(language.Fault(_bench) is null, $"{language.Name} cannot be checked on this machine: {language.Fault(_bench)}");
        return language;
    }
}
