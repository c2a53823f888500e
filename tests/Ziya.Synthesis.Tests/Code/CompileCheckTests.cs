using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ziya.Models.Tests.Teachers;
using Ziya.Pipeline.Jobs;
using Ziya.Synthesis.Code.Sandboxing;
using Ziya.Synthesis.Tests.Fixtures;

namespace Ziya.Synthesis.Tests.Code;

public sealed class CompileCheckTests : IDisposable
{
    private const string Good = "可以这样写：\n```csharp\nConsole.WriteLine(\"你好\");\n```\n完成。";
    private const string Bad = "Like this:\n```csharp\nint x = \"one\";\n```\n";
    private const string NoModel = "none: { tiny: llama }";

    private readonly SynthesisFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Run_GoodAndBadAnswers_AreScoredAndDropped()
    {
        Write(("好", Good), ("bad", Bad), ("prose", "没有代码。"), ("none", null), ("kotlin", "```kotlin\nval x = 1\n```"), ("text", "```text\nint x = \"one\";\n```"));
        var report = _folder.Run(NoModel, "compile_check");
        Assert.Equal(new Dictionary<string, long> { ["compile_error"] = 1 }, report.Records.Dropped["compile_check"]);
        var rows = Rows();
        Assert.Equal(["好", "prose", "none", "kotlin", "text"], rows.Keys);
        Assert.Equal(1, (double)rows["好"]["scores"]!["compiles"]!);
        Assert.Equal(1, (double)rows["kotlin"]["scores"]!["unchecked"]!);
        Assert.Null(rows["kotlin"]["scores"]!["compiles"]);
        Assert.Null(rows["prose"]["scores"]);
        Assert.Null(rows["text"]["scores"]);
        var dropped = Assert.Single(_folder.Dropped("compile_check"))["_drop"]!;
        Assert.Equal("csharp", (string?)dropped["language"]);
        Assert.Contains("main.cs(1,9): error CS0029", (string?)dropped["messages"], StringComparison.Ordinal);
    }

    [Fact]
    public void Run_OtherChoices_KeepWhatIsWrongAndDropWhatIsNotKnown()
    {
        Write(("bad", Bad + Good), ("prose", "没有代码。"), ("kotlin", "```kotlin\nval x = 1\n```"), ("bare", "int x = 1;"), ("untagged", "```\nint x = ;\n```"));
        var report = _folder.Run(NoModel, "compile_check: { failed: keep, unchecked: drop, no_code: drop }");
        Assert.Equal(new Dictionary<string, long> { ["no_code"] = 2, ["unchecked"] = 2 }, report.Records.Dropped["compile_check"]);
        var bad = Assert.Single(Rows()).Value;
        Assert.Equal(0.5, (double)bad["scores"]!["compiles"]!);
        Assert.StartsWith("csharp compile_error\nmain.cs(1,9)", (string?)bad["lineage"]!["code_fault"], StringComparison.Ordinal);

        report = _folder.Run(NoModel, "compile_check: { language: csharp, languages: [csharp] }");
        Assert.Equal(new Dictionary<string, long> { ["compile_error"] = 3 }, report.Records.Dropped["compile_check"]);
        Assert.Equal(1, (double)Rows()["bare"]["scores"]!["compiles"]!);
    }

    [Theory]
    [InlineData("class 点 { public int X; }", "class 线 { public 点 起点 = new() { X = 1 }; }")]
    [InlineData("public record Point(double X);", "using System.Text;\nvar p = new Point(1);\nConsole.WriteLine(new StringBuilder().Append(p.X));")]
    public void Run_BlocksThatGoOnFromEachOther_AreCheckedTogether(string first, string second)
    {
        Write(("a", $"先定义：\n```csharp\n{first}\n```\n再使用 then use:\n```csharp\n{second}\n```"));
        _folder.Run(NoModel, "compile_check");
        Assert.Equal(1, (double)Rows()["a"]["scores"]!["compiles"]!);
    }

    [Fact]
    public async Task Run_Repairs_GoOnUntilItCompiles()
    {
        Write(("zh", Bad.Replace("Like this", "这样写", StringComparison.Ordinal)), ("en", Bad), ("lost", Bad.Replace("one", "lost", StringComparison.Ordinal)), ("good", Good));
        await using var server = await ChatServer.Start((_, context) =>
        {
            var asked = (string)context.Items["asked"]!;
            return ChatServer.Answer(asked.Contains("lost", StringComparison.Ordinal) ? Bad.Replace("one", "still lost", StringComparison.Ordinal)
                : asked.Contains("\"two\"", StringComparison.Ordinal) ? Good : Bad.Replace("one", "two", StringComparison.Ordinal))(context);
        });
        var models = $"m: {{ endpoint: \"{server.Address}\", model: m }}";
        var report = _folder.Run(models, "compile_check: { model: m, repairs: 2 }");
        Assert.Equal(new Dictionary<string, long> { ["compile_error"] = 1 }, report.Records.Dropped["compile_check"]);
        Assert.Equal(6, server.Requests.Count);
        var rows = Rows();
        Assert.Equal(Good, (string?)rows["en"]["output"]);
        Assert.Equal(("m", "2"), ((string?)rows["en"]["lineage"]!["repaired_by"], (string?)rows["en"]["lineage"]!["repairs"]));
        Assert.Contains("CS0029", (string?)rows["en"]["lineage"]!["code_fault"], StringComparison.Ordinal);
        Assert.Null(rows["good"]["lineage"]);
        Assert.Equal(2, (int)Assert.Single(_folder.Dropped("compile_check"))["_drop"]!["repairs"]!);
        var asked = server.Requests.Select(request => (string)request.Body["messages"]!.AsArray()[^1]!["content"]!).ToList();
        Assert.All(asked, text => Assert.Contains("error CS0029", text, StringComparison.Ordinal));
        Assert.Contains(asked, text => text.Contains("【题目】\n写一段代码", StringComparison.Ordinal));
        Assert.Contains(asked, text => text.Contains("[Task]\nWrite code", StringComparison.Ordinal));

        // The user's own prompt, and a repair that is not right leaves the answer as it was.
        Directory.CreateDirectory(Path.Combine(_folder.Path, "prompts", "en", "compile_check"));
        File.WriteAllText(Path.Combine(_folder.Path, "prompts", "en", "compile_check", "repair.yaml"), "version: 2\nuser: |\n  lost: {messages}");
        _folder.Run(models, $"compile_check: {{ model: m, failed: keep, prompts: \"{_folder.Path}/prompts\" }}");
        Assert.Equal(Bad, (string?)Rows()["en"]["output"]);
        Assert.StartsWith("lost: compile_error\nmain.cs", (string?)server.Requests.Last().Body["messages"]![0]!["content"], StringComparison.Ordinal);
    }

    [Fact]
    public void Run_Candidates_AreScoredEachAndGivePassAtK()
    {
        Python();
        string[] answers =
        [
            "```python\ndef 加(a, b):\n    return a + b\n```", "```python\ndef 加(a, b):\n    return a - b\n```", "def 加(a, b): return a + b", "不会。",
            "```python\ndef 加(a, b):\n    return a + b\n```\n用法：\n```python\nprint(加(int(input()), 2))\n```", "```python\nimport os\nos._exit(0)\n```", "```python\nwhile True: pass\n```", "```python\ndef 加(a, b:\n```",
        ];
        _folder.Write(new JsonObject
        {
            ["id"] = "加法",
            ["instruction"] = "写一个函数 加(a, b)。",
            ["candidates"] = new JsonArray([.. answers.Select(answer => new JsonObject { ["output"] = answer })]),
            ["tests"] = new JsonArray("assert 加(1, 2) == 3", "assert 加(-1, 1) == 0"),
        }.ToJsonString());
        const string Steps = "compile_check: { execute: true, language: python, seconds: 1, k: [1, 2, 6, 9], failed: keep }";
        _folder.Run(NoModel, Steps);
        var row = _folder.Output().Single();
        Assert.Equal([1, 0, 1, 0, 1, 0, 0, 0], row["candidates"]!.AsArray().Select(candidate => (int)candidate!["scores"]!["tests_passed"]!));
        Assert.Equal(3.0 / 8, (double)row["scores"]!["pass_at_1"]!, 12);
        Assert.Equal(1 - (5.0 * 4 / (8 * 7)), (double)row["scores"]!["pass_at_2"]!, 12);
        Assert.Equal(1, (double)row["scores"]!["pass_at_6"]!);
        Assert.Null(row["scores"]!["pass_at_9"]);

        var before = File.ReadAllText(_folder.OutputFile);
        _folder.Run(NoModel, Steps, workers: 1);
        Assert.Equal(before, File.ReadAllText(_folder.OutputFile));

        _folder.Run(NoModel, Steps.Replace("failed: keep", "failed: drop", StringComparison.Ordinal));
        Assert.Equal(3, _folder.Output().Single()["candidates"]!.AsArray().Count);
    }

    [Fact]
    public void Run_HumanEvalRecord_UsesPromptAndEntryPoint()
    {
        Python();
        string Record(string id, string output) => new JsonObject
        {
            ["id"] = id,
            ["instruction"] = "Complete the function.",
            ["output"] = output,
            ["prompt"] = "def double(x: int) -> int:\n    \"\"\" Twice x. 两倍。 \"\"\"\n",
            ["entry_point"] = "double",
            ["test"] = "METADATA = {}\n\ndef check(candidate):\n    assert candidate(2) == 4\n",
        }.ToJsonString();
        _folder.Write(Record("body", "```python\n    return x * 2\n```"), Record("whole", "```python\ndef double(x):\n    return x + x\n```"), Record("wrong", "    return x + 3\n"), Record("loop", "    while True:\n        pass\n"));
        var report = _folder.Run(NoModel, "compile_check: { execute: true, language: python, seconds: 1, prefix_field: meta.prompt, test_field: meta.test }");
        Assert.Equal(new Dictionary<string, long> { ["tests_failed"] = 1, ["timeout"] = 1 }, report.Records.Dropped["compile_check"]);
        Assert.Equal(["body", "whole"], Rows().Keys);
        Assert.All(Rows().Values, row => Assert.Equal((1, 1), ((double)row["scores"]!["tests_passed"]!, (double)row["scores"]!["pass_at_1"]!)));
    }

    [Fact]
    public void Run_ManyRecords_AreTheSameWhateverTheWorkers()
    {
        Write([.. Enumerable.Range(0, 24).Select(i => (i.ToString(CultureInfo.InvariantCulture), (string?)(i % 3 == 0 ? Bad : i % 3 == 1 ? Good : $"```bash\nif {i}\n```")))]);
        _folder.Run(NoModel, "compile_check: { failed: keep }", workers: 1);
        var first = File.ReadAllText(_folder.OutputFile);
        _folder.Run(NoModel, "compile_check: { failed: keep }", workers: 4);
        Assert.Equal(first, File.ReadAllText(_folder.OutputFile));
    }

    [Fact]
    public void Parse_WrongOptions_AreFaultsOfTheJob()
    {
        _folder.Write("""{"id":"a","instruction":"x"}""");
        var faults = Assert.Throws<JobFaultException>(() => _folder.Job(NoModel, "compile_check: { failed: maybe, k: [0], model: q }")).Message;
        Assert.Contains("'failed' is 'maybe'", faults, StringComparison.Ordinal);
        Assert.Contains("'k' is 0", faults, StringComparison.Ordinal);
        Assert.Contains("model 'q' is not declared", faults, StringComparison.Ordinal);
        faults = Assert.Throws<JobFaultException>(() => _folder.Job(NoModel, "compile_check: { languages: [python, cobol], language: klingon, prompts: /none }")).Message;
        Assert.Contains("nothing checks 'cobol'. Languages: c, cpp, csharp", faults, StringComparison.Ordinal);
        Assert.Contains("nothing checks 'klingon'", faults, StringComparison.Ordinal);
        Assert.Contains("no such folder of prompts", faults, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_ExecuteWithoutIsolation_IsRefused()
    {
        _folder.Write("""{"id":"a","instruction":"x"}""");
        if (Sandbox.OfThisMachine.Isolates)
        {
            _folder.Job(NoModel, "compile_check: { execute: true }");
            return;
        }

        Assert.Contains("no sandbox that isolates", Assert.Throws<JobFaultException>(() => _folder.Job(NoModel, "compile_check: { execute: true }")).Message, StringComparison.Ordinal);
        _folder.Job(NoModel, "compile_check: { execute: true, unisolated: skip }");
    }

    [Fact]
    public void Notes_SayWhatIsHereAndWhatIsNot()
    {
        _folder.Write("""{"id":"a","instruction":"x"}""");
        var notes = string.Join('\n', _folder.Job(NoModel, "compile_check: { execute: true, unisolated: skip }").Notes());
        Assert.Contains("csharp (Roslyn", notes, StringComparison.Ordinal);
        Assert.Contains(Sandbox.OfThisMachine.Isolates ? "isolated by bubblewrap" : "not isolated", notes, StringComparison.Ordinal);
        Assert.All("c cpp go java javascript python rust shell sql".Split(' '), language => Assert.Contains($" {language} (", notes, StringComparison.Ordinal));
    }

    private static void Python()
    {
        Assert.SkipUnless(Sandbox.OfThisMachine.Isolates, $"no sandbox on this machine: {BubblewrapSandbox.Missing}");
        Assert.SkipWhen(Tool.Find("python3") is null, "no python3 on this machine");
    }

    private void Write(params (string Id, string? Output)[] records) => _folder.Write([.. records.Select(record =>
        JsonSerializer.Serialize(new { id = record.Id, instruction = record.Id is "zh" or "好" ? "写一段代码" : "Write code", output = record.Output }))]);

    private Dictionary<string, JsonNode> Rows() => _folder.Output().ToDictionary(row => (string)row["id"]!);
}
