using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Tests.Fixtures;

namespace Ziya.Pipeline.Tests.Jobs;

public sealed class JobFileTests
{
    private const string Good = """
        job: good
        input: { read: in/*.jsonl, fields: { text: body.text } }
        steps:
          - append: { word: x }
          - unique
        output: { write: "out/{language}" }
        """;

    [Fact]
    public void Parse_Defaults_AreFilledIn()
    {
        var job = Parse(Good);
        Assert.Equal(("good", 42UL, RecordKind.Document), (job.Name, job.Seed, job.Input.Kind));
        Assert.Equal(["append", "unique"], job.Steps.Select(step => step.Key));
        Assert.Equal(new WordOptions { Word = "x" }, job.Steps[0].Options);
        Assert.Equal("body.text", job.Input.Fields["text"]);
        Assert.Equal((1024, 16), (job.Limits.MemoryMb, job.Limits.RecordMb));
    }

    [Fact]
    public void Parse_ManyFaults_AreToldTogetherInOrder()
    {
        var faults = Faults("""
            job: bad name!
            sede: 7
            input:
              read: in/*.jsonl
              kind: documnet
            steps:
              - apend: { word: x }
              - append: { wrod: x }
              - append: [1]
            output:
              write: out
              shard_mb: 0
            limits: { record_mb: many }
            """);
        Assert.Equal(
            [
                "job.yaml:1:6: 'job' is 'bad name!', which does not have the form",
                "job.yaml:2:1: the job has no option 'sede'. Did you mean 'seed'?",
                "job.yaml:5:9: 'kind' cannot be 'documnet'. Did you mean 'document'?",
                "job.yaml:7:5: unknown step 'apend'. Did you mean 'append'?",
                "job.yaml:8:15: step 'append' has no option 'wrod'. Did you mean 'word'?",
                "job.yaml:9:13: expected options of step 'append' (key: value), found a list.",
                "job.yaml:12:13: 'shard_mb' is 0, out of range 1 to 65536.",
                "job.yaml:13:22: 'record_mb' expects a whole number, found 'many'.",
            ],
            faults.Select(Short),
            StringComparer.Ordinal);

        string Short(string fault) => fault.Contains("the form", StringComparison.Ordinal) ? fault[..(fault.IndexOf("the form", StringComparison.Ordinal) + 8)]
            : fault.Contains('?', StringComparison.Ordinal) ? fault[..(fault.IndexOf('?', StringComparison.Ordinal) + 1)] : fault;
    }

    [Theory]
    [InlineData("", "1:1: the job file is empty")]
    [InlineData("- a\n- b\n", "1:1: a job is a mapping")]
    [InlineData("job: [x\n", "not valid YAML")]
    [InlineData("job: a\njob: b\n", "not valid YAML")]
    [InlineData("job: a\n---\njob: b\n", "3:1: a second YAML document")]
    [InlineData("job: a\n", "the job lacks 'input'")]
    public void Parse_NotAJob_SaysWhatItIs(string text, string expected) =>
        Assert.Contains(expected, string.Join('\n', Faults(text)), StringComparison.Ordinal);

    [Fact]
    public void Parse_WrongKindBetweenSteps_NamesBoth()
    {
        var fault = Assert.Single(Faults(Good.Replace("- unique", "- to_instruction\n  - append", StringComparison.Ordinal)));
        Assert.Equal("job.yaml:6:5: step 'append-2' takes document records, but gets instruction records from 'to_instruction'.", fault);
    }

    [Fact]
    public void Parse_WrongKindOfInput_IsAFault()
    {
        var fault = Assert.Single(Faults(Good.Replace("fields: { text: body.text }", "kind: dialogue", StringComparison.Ordinal)));
        Assert.Contains("step 'append' takes document records, but gets dialogue records from the input", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_UnknownField_Suggests()
    {
        var fault = Assert.Single(Faults(Good.Replace("text: body.text", "txet: body", StringComparison.Ordinal)));
        Assert.StartsWith("job.yaml:2:44: a document has no field 'txet'. Did you mean 'text'?", fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("out/{langauge}", "no folder can be made from '{langauge}'. Did you mean 'language'?")]
    [InlineData("out/{language", "brace")]
    [InlineData("azblob://c/x", "azblob")]
    public void Parse_BadOutputPattern_IsAFault(string pattern, string expected) =>
        Assert.Contains(expected, string.Join('\n', Faults(Good.Replace("out/{language}", pattern, StringComparison.Ordinal))), StringComparison.Ordinal);

    [Theory]
    [InlineData("steps.append.word=y", "y")]
    [InlineData("steps.0.word=y", "y")]
    [InlineData("steps.append={ word: 灯 }", "灯")]
    public void Parse_Set_ReplacesAValue(string option, string expected) =>
        Assert.Equal(expected, ((WordOptions)Parse(Good, option).Steps[0].Options).Word);

    [Fact]
    public void Parse_SetWhatIsNotThere_AddsIt()
    {
        var job = Parse(Good, "seed=7", "limits.memory_mb=512", "steps.unique.word=w", "input.read=[a.jsonl, 'b/*.jsonl']");
        Assert.Equal((7UL, 512), (job.Seed, job.Limits.MemoryMb));
        Assert.Equal("w", ((WordOptions)job.Steps[1].Options).Word);
        Assert.Equal(["a.jsonl", "b/*.jsonl"], job.Input.Read);
    }

    [Theory]
    [InlineData("seed", "--set seed: expected path=value")]
    [InlineData("seed=x", "--set seed=x: 'seed' expects a whole number, found 'x'.")]
    [InlineData("steps.nope.word=1", "--set steps.nope.word=1: the job has no 'steps.nope'.")]
    [InlineData("sede=1", "--set sede=1: the job has no option 'sede'. Did you mean 'seed'?")]
    public void Parse_BadSet_NamesTheOption(string option, string expected) =>
        Assert.StartsWith(expected, Assert.Single(Faults(Good, option)), StringComparison.Ordinal);

    [Fact]
    public void Load_MissingFile_IsAFault()
    {
        var fault = Assert.Throws<JobFaultException>(() => JobFile.Load("jobs/nope.yaml", [], TestRun.Catalog));
        Assert.StartsWith("jobs/nope.yaml: no such job file", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("job: t\ninput: DEEP\n")]
    [InlineData("job: t\nsteps:\n  - unique: { word: DEEP }\n")]
    public void Parse_HundredThousandLevels_IsAFault(string text)
    {
        foreach (var (open, close) in new[] { ("[", "]"), ("{ a: ", "}"), ("- ", "") })
        {
            var deep = string.Concat(Enumerable.Repeat(open, 100_000)) + string.Concat(Enumerable.Repeat(close, 100_000));
            Assert.Matches("^job.yaml:[0-9]+:[0-9]+: .*(nested deeper than 64 levels|not valid YAML)", Assert.Single(Faults(text.Replace("DEEP", deep, StringComparison.Ordinal))));
        }

        Assert.StartsWith("--set steps.0=[[[", Assert.Single(Faults(Good, "steps.0=" + new string('[', 100_000))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("job: t\ninput: &x { read: *x }\n")]
    [InlineData("job: t\ninput: &x [*x]\n")]
    [InlineData("job: &x t\ninput: { read: *nope }\n")]
    [InlineData("job: t\na: &a [x,x,x,x]\nb: &b [*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c]\ninput: { read: *d }\n")]
    [InlineData("\u0000\u0001")]
    [InlineData("%YAML 9.9\n---\njob: t")]
    [InlineData("job: !!binary 灯塔")]
    [InlineData("- ? - :")]
    public void Parse_HostileYaml_IsAFault(string text) => Assert.InRange(Faults(text).Count, 1, 100);

    [Fact]
    public void Load_InputAndOutputOnDisk_AreChecked()
    {
        using var folder = new TempFolder();
        folder.Write("in/a.unknown", "x");
        folder.Write("file", "x");
        var faults = Assert.Throws<JobFaultException>(() => JobFile.Parse(
            $"""
            job: disk
            input:
              read:
                - {folder.Path}/none/*.jsonl
                - {folder.Path}/in
                - {folder.Path}/in/a.unknown
            steps: []
            output: {"{"} write: {folder.Path}/file/out {"}"}
            """,
            "job.yaml", [], TestRun.Catalog)).Faults.Select(fault => fault.ToString()).ToList();
        Assert.Equal(4, faults.Count);
        Assert.Contains("job.yaml:4:7: no file matches", faults[0], StringComparison.Ordinal);
        Assert.Contains("there is no folder", faults[0], StringComparison.Ordinal);
        Assert.Contains("is a folder. Name its files", faults[1], StringComparison.Ordinal);
        Assert.Contains("does not tell its format. Set input.format", faults[2], StringComparison.Ordinal);
        Assert.Contains("is a file", faults[3], StringComparison.Ordinal);
    }

    [Fact]
    public void Load_OutputOfAnotherJob_IsAFault()
    {
        using var folder = new TempFolder();
        folder.Write("in/a.jsonl", "{\"id\":\"1\",\"text\":\"x\"}\n");
        TestRun.Execute(TestRun.Job(folder, ""), folder["run"]);
        var fault = Assert.Throws<JobFaultException>(() => JobFile.Parse(
            $"job: other\ninput: {{ read: '{folder.Path}/in/*' }}\nsteps: []\noutput: {{ write: '{folder.Path}/out' }}\n", "job.yaml", [], TestRun.Catalog));
        Assert.Contains("holds the dataset of job 'test'", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_OutputAroundTheInput_IsAFault()
    {
        using var folder = new TempFolder();
        folder.Write("in/a.jsonl", "{\"id\":\"1\",\"text\":\"x\"}\n");
        var fault = Assert.Throws<JobFaultException>(() => TestRun.Job(folder, "", "in/out/.."));
        Assert.Contains("would read its own output", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_AnyJob_ReadsBackEqual()
    {
        var job = Parse(Good, "description=\"two\\nlines: # yes\"", "steps.append.word='001'", "limits.split_mb=3");
        var again = JobFile.Parse(JobYaml.Write(job), "again.yaml", [], TestRun.Catalog, false);
        Assert.Equal(JobYaml.Write(job), JobYaml.Write(again));
        Assert.Equal("001", ((WordOptions)again.Steps[0].Options).Word);
        Assert.Equal(JobYaml.Hash(job), JobYaml.Hash(again));
    }

    [Fact]
    public void Hash_WhatDoesNotChangeTheOutput_IsLeftOut()
    {
        Assert.Equal(JobYaml.Hash(Parse(Good)), JobYaml.Hash(Parse(Good, "description=x", "limits.memory_mb=2000", "limits.poisoned=1")));
        Assert.NotEqual(JobYaml.Hash(Parse(Good)), JobYaml.Hash(Parse(Good, "seed=1")));
    }

    private static Job Parse(string text, params string[] set) => JobFile.Parse(text, "job.yaml", set, TestRun.Catalog, false);

    private static List<string> Faults(string text, params string[] set) =>
        [.. Assert.Throws<JobFaultException>(() => Parse(text, set)).Faults.Select(fault => fault.ToString())];
}
