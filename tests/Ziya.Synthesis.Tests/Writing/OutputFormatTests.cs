using System.Text.Json.Nodes;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Runs;
using Ziya.Pipeline.Storage;
using Ziya.Synthesis.Tests.Fixtures;

namespace Ziya.Synthesis.Tests.Writing;

/// <summary>What other programs find in the files: read back as plain JSON and compared with the shapes their documentation shows.</summary>
public sealed class OutputFormatTests : IDisposable
{
    private const string Poem = """{"id":"a","instruction":"写一句诗","input":"月","output":"床前明月光\n","scores":{"reward":1.5},"task":"writing"}""";
    private const string Plain = """{"id":"b","instruction":"Say hi.","output":"Hi.","system":"Be brief."}""";
    private const string Talk = """{"id":"c","messages":[{"role":"system","content":"简短"},{"role":"user","content":"在吗"},{"role":"assistant","content":"在。"},{"role":"user","content":"几点"},{"role":"assistant","content":"三点。"}]}""";
    private const string Pair = """{"id":"d","prompt":"天为什么蓝？","chosen":"因为散射。","rejected":"不知道。","models":{"chosen":"a","rejected":"b"},"scores":{"margin":2}}""";
    private const string PairWithSystem = """{"id":"e","prompt":"Why?","chosen":"Because.","rejected":"No.","system":"Answer."}""";

    private readonly SynthesisFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("instruction", "alpaca", Poem, """{"instruction":"写一句诗","input":"月","output":"床前明月光\n"}""")]
    [InlineData("instruction", "alpaca", Plain, """{"instruction":"Say hi.","input":"","output":"Hi.","system":"Be brief."}""")]
    [InlineData("dialogue", "alpaca", Talk, """{"instruction":"几点","input":"","output":"三点。","system":"简短","history":[["在吗","在。"]]}""")]
    [InlineData("preference", "alpaca", Pair, """{"instruction":"天为什么蓝？","input":"","chosen":"因为散射。","rejected":"不知道。"}""")]
    [InlineData("instruction", "sharegpt", Poem, """{"conversations":[{"from":"human","value":"写一句诗\n月"},{"from":"gpt","value":"床前明月光\n"}]}""")]
    [InlineData("dialogue", "sharegpt", Talk, """{"conversations":[{"from":"human","value":"在吗"},{"from":"gpt","value":"在。"},{"from":"human","value":"几点"},{"from":"gpt","value":"三点。"}],"system":"简短"}""")]
    [InlineData("preference", "sharegpt", Pair, """{"conversations":[{"from":"human","value":"天为什么蓝？"}],"chosen":{"from":"gpt","value":"因为散射。"},"rejected":{"from":"gpt","value":"不知道。"}}""")]
    [InlineData("instruction", "messages", Plain, """{"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Say hi."},{"role":"assistant","content":"Hi."}]}""")]
    [InlineData("preference", "messages", Pair, """{"input":{"messages":[{"role":"user","content":"天为什么蓝？"}],"tools":[],"parallel_tool_calls":true},"preferred_output":[{"role":"assistant","content":"因为散射。"}],"non_preferred_output":[{"role":"assistant","content":"不知道。"}]}""")]
    [InlineData("preference", "preference", Pair, """{"prompt":"天为什么蓝？","chosen":"因为散射。","rejected":"不知道。"}""")]
    [InlineData("preference", "preference", PairWithSystem, """{"prompt":"Answer.\n\nWhy?","chosen":"Because.","rejected":"No."}""")]
    [InlineData("preference", "preference, variant: implicit", Pair, """{"chosen":"天为什么蓝？\n因为散射。","rejected":"天为什么蓝？\n不知道。"}""")]
    [InlineData("preference", "preference, variant: conversational", PairWithSystem, """{"prompt":[{"role":"system","content":"Answer."},{"role":"user","content":"Why?"}],"chosen":[{"role":"assistant","content":"Because."}],"rejected":[{"role":"assistant","content":"No."}]}""")]
    [InlineData("preference", "preference, variant: implicit_conversational", Pair, """{"chosen":[{"role":"user","content":"天为什么蓝？"},{"role":"assistant","content":"因为散射。"}],"rejected":[{"role":"user","content":"天为什么蓝？"},{"role":"assistant","content":"不知道。"}]}""")]
    [InlineData("instruction", "ziya", Poem, """{"prompt":"<human>:写一句诗\n月\n<bot>:","completion":"床前明月光\n"}""")]
    [InlineData("instruction", "ziya, template: ziya, variant: text", Poem, """{"text":"<human>:写一句诗\n月\n<bot>:床前明月光"}""")]
    [InlineData("preference", "ziya, template: ziya", Pair, """{"prompt":"<human>:天为什么蓝？\n<bot>:","chosen":"因为散射。","rejected":"不知道。"}""")]
    [InlineData("preference", "ziya, template: ziya-reward, variant: text", Pair, """{"chosen":"Human:天为什么蓝？\n\nAssistant:因为散射。","rejected":"Human:天为什么蓝？\n\nAssistant:不知道。"}""")]
    [InlineData("dialogue", "ziya, template: chatml, variant: text", Talk, """{"text":"<|im_start|>system\n简短<|im_end|>\n<|im_start|>user\n在吗<|im_end|>\n<|im_start|>assistant\n在。<|im_end|>\n<|im_start|>user\n几点<|im_end|>\n<|im_start|>assistant\n三点。<|im_end|>"}""")]
    [InlineData("instruction", "alpaca, keep: [id, scores, task]", Poem, """{"instruction":"写一句诗","input":"月","output":"床前明月光\n","id":"a","task":"writing","scores":{"reward":1.5}}""")]
    [InlineData("preference", "preference, keep: [models]", Pair, """{"prompt":"天为什么蓝？","chosen":"因为散射。","rejected":"不知道。","models":{"chosen":"a","rejected":"b"}}""")]
    public void Run_Format_WritesTheShape(string kind, string format, string line, string expected)
    {
        _folder.Write(line);

        var report = Run(kind, format);

        Assert.Equal(1, report.Records.Written);
        var written = Assert.Single(File.ReadAllLines(_folder.OutputFile));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(written)), written);
        Assert.DoesNotContain("\\u", written, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("instruction", "alpaca", """{"instruction":"x"}""", "no_answer")]
    [InlineData("dialogue", "messages", """{"messages":[{"role":"user","content":"x"}]}""", "no_answer")]
    [InlineData("dialogue", "sharegpt", """{"messages":[{"role":"system","content":"x"}]}""", "no_question")]
    [InlineData("dialogue", "sharegpt", """{"messages":[{"role":"user","content":"x"},{"role":"user","content":"y"}]}""", "turns_out_of_order")]
    [InlineData("instruction", "ziya", Plain, "not_in_template")]
    [InlineData("preference", "preference", """{"prompt":"x","chosen":"","rejected":"y"}""", "no_answer")]
    public void Run_RecordWithoutTheForm_IsDroppedAndCounted(string kind, string format, string line, string reason)
    {
        _folder.Write(line);

        var report = Run(kind, format);

        Assert.Equal(0, report.Records.Written);
        Assert.Equal(1, report.Records.Dropped["output"][reason]);
        var last = report.Funnel[^1];
        Assert.Equal(("output", 1L), (last.Step, last.In));
        var dropped = Assert.Single(_folder.Dropped("output"));
        Assert.Equal("output", (string?)dropped["_drop"]!["step"]);
        Assert.Equal($"output: dropped: {reason}", LastOf(Trace.Of(new RunFolder(new FileStore(Path.Combine(_folder.Path, "run"))), SynthesisFolder.Catalog, (string)dropped["id"]!, TimeProvider.System)));
    }

    [Fact]
    public void Trace_OfAWrittenRecord_FindsItsRowInTheFormat()
    {
        _folder.Write(Plain, Poem);

        Run("instruction", "alpaca, keep: [scores]");

        Assert.EndsWith("/part-00000.jsonl, row 2", LastOf(Trace.Of(new RunFolder(new FileStore(Path.Combine(_folder.Path, "run"))), SynthesisFolder.Catalog, "a", TimeProvider.System)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("instruction", "format: aplaca", "job.yaml:4:", "unknown format 'aplaca'. Did you mean 'alpaca'?")]
    [InlineData("document", "format: alpaca", "job.yaml:4:", "format 'alpaca' takes instruction or dialogue or preference records, but gets document records from the input.")]
    [InlineData("instruction", "format: preference", "job.yaml:4:", "takes preference records, but gets instruction records from 'sample'")]
    [InlineData("preference", "format: preference, variant: explict", "job.yaml:4:", "Did you mean 'explicit'?")]
    [InlineData("instruction", "format: alpaca, variant: text", "job.yaml:4:", "format 'alpaca' has no variants.")]
    [InlineData("instruction", "format: ziya, template: ziya3", "job.yaml:4:", "There is no template 'ziya3'")]
    [InlineData("instruction", "format: alpaca, template: ziya2", "job.yaml:4:", "format 'alpaca' has no template.")]
    [InlineData("instruction", "format: alpaca, keep: [output]", "job.yaml:4:", "'output' cannot be kept.")]
    [InlineData("instruction", "keep: [id]", "job.yaml:4:", "format 'native' writes all fields as it is.")]
    public void Parse_FormatThatDoesNotFit_IsAFaultOfTheFile(string kind, string output, string at, string message)
    {
        var steps = kind == "instruction" ? "sample: { rate: 0.5 }" : "";
        var fault = Assert.Throws<JobFaultException>(() => JobFile.Parse(
            $"job: t\ninput: {{ read: a.jsonl, kind: {kind} }}\nsteps: [{steps}]\noutput: {{ write: out, {output} }}\n", "job.yaml", [], SynthesisFolder.Catalog, false));

        var one = Assert.Single(fault.Faults).ToString();
        Assert.StartsWith(at, one, StringComparison.Ordinal);
        Assert.Contains(message, one, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_BrokenStep_DoesNotBlameTheFormat()
    {
        var fault = Assert.Throws<JobFaultException>(() => JobFile.Parse(
            "job: t\ninput: { read: a.jsonl, kind: instruction }\nsteps: [sampel]\noutput: { write: out, format: preference }\n", "job.yaml", [], SynthesisFolder.Catalog, false));

        Assert.Single(fault.Faults);
    }

    [Fact]
    public void Run_TemplateFileChanged_WritesAnew()
    {
        _folder.Write(Poem);
        var template = Path.Combine(_folder.Path, "own.yaml");
        File.WriteAllText(template, "user: \"问：{content}\\n\"\nassistant: \"答：{content}\\n\"\n");
        Run("instruction", $"ziya, template: '{template}', variant: text");
        Assert.Equal("问：写一句诗\n月\n答：床前明月光\n", (string?)_folder.Output()[0]["text"]);

        File.WriteAllText(template, "user: \"Q: {content}\\n\"\nassistant: \"A: {content}\\n\"\ntrim: true\n");
        Run("instruction", $"ziya, template: '{template}', variant: text");

        Assert.Equal("Q: 写一句诗\n月\nA: 床前明月光", (string?)_folder.Output()[0]["text"]);
    }

    private static string LastOf(IReadOnlyList<IReadOnlyList<TraceLine>> stories) => $"{Assert.Single(stories)[^1].Where}: {stories[0][^1].What}";

    private Report Run(string kind, string format)
    {
        var job = JobFile.Parse(
            $$"""
            job: test
            input: { read: "{{_folder.Path}}/in/*", kind: {{kind}} }
            steps: []
            output: { write: "{{_folder.Path}}/out", compression: none, format: {{format}} }
            """,
            "job.yaml", [], SynthesisFolder.Catalog);
        return _folder.Run(job);
    }
}
