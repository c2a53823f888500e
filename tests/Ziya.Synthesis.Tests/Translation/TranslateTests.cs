using System.Text.Json.Nodes;
using Ziya.Models.Tests.Teachers;
using Ziya.Synthesis.Tests.Fixtures;
using Ziya.Synthesis.Translation;

namespace Ziya.Synthesis.Tests.Translation;

public sealed class TranslateTests : IDisposable
{
    private static readonly (string Zh, string En)[] Known = [("写一首诗", "Write a poem"), ("关于秋天", "About autumn"), ("秋风起兮白云飞", "The autumn wind rises"), ("河流的名字是什么", "What is the name of the river")];

    private readonly SynthesisFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // By hand. "ab" and "abc": precision 1, 1; recall 2/3, 1/2: 5 · 1 · 7/12 / (4 + 7/12). "长江" and "江长": one of two orders agrees, fully: 1/2 each.
    [Theory]
    [InlineData("abc", "abc", 1)]
    [InlineData("a b c", "abc", 1)]
    [InlineData("ab", "abc", 35.0 / 55)]
    [InlineData("长江", "江长", 0.5)]
    [InlineData("abc", "长江流", 0)]
    [InlineData("", "abc", 0)]
    [InlineData("abc", " ", 0)]
    public void Of_Texts_GivesWhatTheFormulaGivesByHand(string text, string reference, double value) => Assert.Equal(value, CharacterF.Of(text, reference), 12);

    [Theory]
    [InlineData("pair", "写一首诗\n关于秋天", "Write a poem\nAbout autumn")]
    [InlineData("replace", "About autumn", "The autumn wind rises")]
    [InlineData("both", "About autumn", "The autumn wind rises")]
    public async Task Run_WhatComesBack_GoesOn(string form, string input, string output)
    {
        _folder.Write("""{"id":"a","instruction":"写一首诗","input":"关于秋天","output":"秋风起兮白云飞"}""", """{"id":"b","instruction":"What is the name of the river"}""");
        await using var server = await ChatServer.Start((_, context) => ChatServer.Answer(Turn((string)context.Items["asked"]!))(context));
        var report = _folder.Run(Model(server), $"translate: {{ model: m, as: {form} }}");
        Assert.Equal(form == "both" ? 4 : 2, report.Records.Written);
        var rows = _folder.Output();
        var row = rows[form == "both" ? 1 : 0];
        Assert.Equal((form == "both" ? "a/en" : "a", input, output), ((string?)row["id"], (string?)row["input"], (string?)row["output"]));
        Assert.Equal(("zh-en", "m", "translate/text.zh v1"), (Lineage(row, "translation"), Lineage(row, "translation_model"), Lineage(row, "translation_prompt")));
        Assert.Equal(1, (double)row["scores"]!["agreement"]!);
        Assert.Equal(form == "pair" ? "Translate the following text into Chinese." : "河流的名字是什么", (string?)rows[^1]["instruction"]);
    }

    [Theory]
    [InlineData("My dog is asleep", "我的狗跑了", "no_agreement")]
    [InlineData("写一首诗", "", "untranslated")]
    [InlineData("请写诗吧", "", "untranslated")]
    [InlineData("…", "", "empty")]
    [InlineData("Write a poem", "。", "empty")]
    public async Task Run_WhatDoesNotComeBack_IsDroppedWithTheReplies(string there, string back, string reason)
    {
        _folder.Write("""{"id":"a","instruction":"写一首诗"}""");
        await using var server = await ChatServer.Start((at, context) => ChatServer.Answer(at == 0 ? there : back)(context));
        var report = _folder.Run(Model(server), "translate: { model: m }");
        Assert.Equal(new Dictionary<string, long> { [reason] = 1 }, report.Records.Dropped["translate"]);
        Assert.Equal(there, (string?)Assert.Single(_folder.Dropped("translate"))["_drop"]!["translation"]);
    }

    [Fact]
    public void Run_TinyModel_GivesTheSameWhateverTheWorkers()
    {
        _folder.Write([.. Enumerable.Range(0, 6).Select(i => $$"""{"id":"{{i}}","instruction":"{{(i % 2 == 0 ? "写一首诗" : "Write a poem")}} {{i}}"}""")]);
        const string Steps = "dedup_exact, translate: { model: m, max_tokens: 10, as: both, min_agreement: 0 }, dedup_exact";
        _folder.Run("m: { tiny: llama, template: ziya2 }", Steps, workers: 1);
        var first = _folder.Output().Select(row => row.ToJsonString()).ToList();
        _folder.Run("m: { tiny: llama, template: ziya2 }", Steps, workers: 3);
        Assert.Equal(first, _folder.Output().Select(row => row.ToJsonString()));
    }

    private static string Model(ChatServer server) => $"m: {{ endpoint: \"{server.Address}\", model: m }}";

    private static string? Lineage(JsonNode row, string name) => (string?)row["lineage"]![name];

    /// <summary>The other language of the known sentences, line by line.</summary>
    private static string Turn(string asked) => string.Join('\n', asked.Split('\n').Select(line => Known.Where(pair => pair.Zh == line || pair.En == line).Select(pair => pair.Zh == line ? pair.En : pair.Zh).FirstOrDefault()).OfType<string>());
}
