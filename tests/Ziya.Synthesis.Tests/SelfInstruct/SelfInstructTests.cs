using Ziya.Models.Tests.Teachers;
using Ziya.Synthesis.Prompts;
using Ziya.Synthesis.SelfInstruct;
using Ziya.Synthesis.Tests.Fixtures;

namespace Ziya.Synthesis.Tests.SelfInstruct;

public sealed class SelfInstructTests : IDisposable
{
    private static readonly string[] Zh = ["把下面的句子翻译成英文", "写一首关于秋天的短诗", "解释为什么海水是咸的"];
    private static readonly string[] En = ["Translate the sentence into Chinese", "Write a short poem about winter", "Explain why the sea is salty"];
    private readonly SynthesisFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_BothLanguages_GrowsThePoolWithExamplesAndAddsUp()
    {
        Seeds();
        await using var server = await ChatServer.Start((_, context) => ChatServer.Answer(Reply((string)context.Items["asked"]!))(context));
        var steps = "self_instruct: { model: m, count: 12, round: 3 }, dedup_exact";
        var report = _folder.Run(Model(server), steps, workers: 1);
        var rows = _folder.Output();
        var made = rows.Where(row => ((string)row["id"]!).StartsWith("self_instruct/", StringComparison.Ordinal)).ToList();
        Assert.Equal(12, made.Count);
        Assert.Equal(18, rows.Count);
        Assert.True(report.Records.Dropped["self_instruct"].ContainsKey("not_new"));
        Assert.True(report.Records.Dropped["self_instruct"].ContainsKey("not_text"));
        Assert.Contains(made, row => (string?)row["language"] == "zh" && (string?)row["input"] == "一段文字" && (string?)row["output"] == "完整的回答");
        Assert.Contains(made, row => (string?)row["language"] == "en" && (string?)row["task"] == "classification" && (string?)row["output"] is "yes" or "no");
        Assert.All(made, row => Assert.Equal("m", (string?)row["lineage"]!["model"]));
        var notNew = _folder.Dropped("self_instruct").First(row => (string?)row["_drop"]!["reason"] == "not_new");
        Assert.NotNull(notNew["_drop"]!["like"]);
        Assert.True((double)notNew["_drop"]!["similarity"]! > 0.7);

        var before = File.ReadAllText(_folder.OutputFile);
        var asked = server.Requests.Count;
        _folder.Run(Model(server), steps, fresh: false, workers: 3);
        Assert.Equal(asked, server.Requests.Count);
        _folder.Run(Model(server), steps, workers: 3);
        Assert.Equal(before, File.ReadAllText(_folder.OutputFile));
    }

    [Fact]
    public async Task Run_NothingNew_EndsByItsPatience()
    {
        Seeds();
        await using var server = await ChatServer.Start(ChatServer.Answer("写一首关于秋天的短诗\n8. Write a short poem about winter"));
        var report = _folder.Run(Model(server), "self_instruct: { model: m, count: 50, round: 2, patience: 3, keep_seeds: false }");
        Assert.Equal((6, 0, 12), (report.Records.Read, report.Records.Written, report.Records.Created["self_instruct"]));
        Assert.Equal(6, server.Requests.Count);
    }

    [Fact]
    public async Task Run_RepliesWithoutATask_AreKeptAsTheyWere()
    {
        Seeds();
        await using var server = await ChatServer.Start((_, context) => ChatServer.Answer(((string)context.Items["asked"]!).Contains('写', StringComparison.Ordinal) ? "好的，任务如下：\n9." : "Sure:\n9.")(context));
        var report = _folder.Run(Model(server), "self_instruct: { model: m, count: 5, round: 4, patience: 2 }");
        Assert.Equal(8, report.Records.Dropped["self_instruct"]["unparsable"]);
        Assert.Equal(["Sure:\n9.", "好的，任务如下：\n9."], _folder.Dropped("self_instruct").Select(row => (string)row["_drop"]!["reply"]!).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Check_NoSeedShown_IsAFault() => Assert.Contains(
        "'shown_own' is not below 'shown'",
        Assert.Throws<Pipeline.Jobs.JobFaultException>(() => _folder.Job("m: { tiny: llama, template: ziya2 }", "self_instruct: { model: m, shown: 2 }")).Message, StringComparison.Ordinal);

    [Fact]
    public void Drawn_SomeOfMany_AreThoseThatOrderingAllPutsFirst()
    {
        string[] ids = [.. Enumerable.Range(0, 500).Select(i => $"任务{i}"), "same", "same"];
        foreach (var count in (int[])[0, 1, 8, 501, 600])
        {
            var expected = ids.OrderBy(id => Asking.Draw(42, id, "3-7")).Take(count);
            Assert.Equal(expected, Asking.Drawn(ids, id => id, 42, "3-7", count));
        }
    }

    [Fact]
    public void Run_TinyModel_EndsAndAddsUp()
    {
        Seeds();
        var report = _folder.Run("m: { tiny: llama, template: ziya2 }", "self_instruct: { model: m, count: 5, round: 4, patience: 2, max_tokens: 60, instances: 0 }");
        Assert.True(report.Records.Written >= 6);
    }

    [Theory]
    [InlineData("写一首关于春天的诗\n2. 列出三种水果\n3、解释一个成语", false, "写一首关于春天的诗|列出三种水果|解释一个成语")]
    [InlineData("9. Name a river\n10. List three\n fruits\nTask 11: Explain a say", true, "Name a river|List three fruits")]
    [InlineData("Here is the list:\n\n**9.** Name a river", false, "Name a river")]
    [InlineData("好的，任务如下：\n任务9：写一封信", false, "写一封信")]
    [InlineData("", false, "")]
    [InlineData("Name a river", true, "")]
    public void Tasks_Replies_AreRead(string reply, bool isCut, string expected) => Assert.Equal(expected, string.Join('|', TaskReply.Tasks(reply, isCut)));

    [Theory]
    [InlineData("Input: a\nb\nOutput: c\n\nExample 2\nInput: none\nOutput: d", false, "a\nb=c|=d")]
    [InlineData("示例1\n输入：无\n输出：好的\n例 2：\n输入：山\n输出：水", false, "=好的|山=水")]
    [InlineData("Input: a\nOutput: b\nInput: c\nOutput: hal", true, "a=b")]
    [InlineData("just an answer", false, "=just an answer")]
    [InlineData("", false, "")]
    public void Instances_Replies_AreRead(string reply, bool isCut, string expected) =>
        Assert.Equal(expected, string.Join('|', TaskReply.Instances(reply, isCut).Select(one => $"{one.Input}={one.Output}")));

    [Theory]
    [InlineData("标签：好评\n输入：很好用\n\n例子2\n标签：差评\n输入：坏了", "很好用=好评|坏了=差评")]
    [InlineData("**Class label:** yes\nInput: a b\nLabel: no", "a b=yes")]
    [InlineData("Input: a", "")]
    public void Labels_Replies_AreRead(string reply, string expected) => Assert.Equal(expected, string.Join('|', TaskReply.Labels(reply, false).Select(one => $"{one.Input}={one.Output}")));

    [Theory]
    [InlineData("Name three rivers of Asia", "en", null)]
    [InlineData("列出亚洲的三条河流", "zh", null)]
    [InlineData("Name rivers", "en", "too_short")]
    [InlineData("列河流", "zh", "too_short")]
    [InlineData("Draw a picture of a river", "en", "not_text")]
    [InlineData("根据图片写一段话描述", "zh", "not_text")]
    [InlineData("Write a program that sorts numbers", "en", "write_a_program")]
    [InlineData("编写一个程序给数字排序", "zh", "write_a_program")]
    [InlineData("- Name three rivers", "en", "no_text")]
    [InlineData("列出亚洲的三条河流", "en", "other_language")]
    [InlineData("Name three rivers of Asia", "zh", "other_language")]
    public void Fault_Tasks_HaveReasonsInBothLanguages(string text, string language, string? reason) => Assert.Equal(reason, TaskFilter.Fault(text, language));

    [Theory]
    [InlineData(14, 300)]
    [InlineData(200, 60)]
    public void Find_RandomTexts_AgreesWithTheSlowWay(int most, int count)
    {
        var random = new Random(7);
        var words = "the a river 山 河 秋天 poem write 写 诗 Explain why 3".Split(' ');
        string Text() => string.Join(random.Next(2) == 0 ? " " : "", Enumerable.Range(0, random.Next(0, most)).Select(_ => words[random.Next(words.Length)]));
        var (index, texts) = (new RougeIndex(), new List<string>());
        for (var i = 0; i < count; i++)
        {
            // Every third is an earlier one with its end cut off.
            var text = i % 3 == 2 ? texts[random.Next(texts.Count)] is { } old ? old[..(old.Length * random.Next(5, 11) / 10)] : "" : Text();
            foreach (var bound in (double[])[0, 0.3, 0.5, 0.7, 0.9, 1])
            {
                var best = texts.Select((other, at) => (At: at, F: Slow(text, other))).Where(pair => pair.F > bound).OrderByDescending(pair => pair.F).ThenBy(pair => pair.At).ToList();
                var found = index.Find(text, bound);
                Assert.Equal(best.Count > 0, found is not null);
                Assert.True(found is null || (found.Value.Text == best[0].At && Math.Abs(found.Value.Similarity - best[0].F) < 1e-12));
            }

            texts.Add(text);
            index.Add(text);
        }
    }

    private static double Slow(string left, string right)
    {
        var (a, b) = (Tokens(left), Tokens(right));
        var table = new int[a.Count + 1, b.Count + 1];
        for (var i = 1; i <= a.Count; i++)
        {
            for (var j = 1; j <= b.Count; j++)
            {
                table[i, j] = a[i - 1] == b[j - 1] ? table[i - 1, j - 1] + 1 : Math.Max(table[i - 1, j], table[i, j - 1]);
            }
        }

        // Precision and recall by their lengths, so that F = 2 P R / (P + R) without its rounding.
        return a.Count + b.Count == 0 ? 0 : 2.0 * table[a.Count, b.Count] / (a.Count + b.Count);
    }

    private static List<string> Tokens(string text) => [.. System.Text.RegularExpressions.Regex.Matches(text.ToLowerInvariant(), "[一-龥]|[a-z0-9]+").Select(match => match.Value)];

    private void Seeds() => _folder.Write(
        [.. Zh.Select((text, i) => $$"""{"id":"zh{{i}}","instruction":"{{text}}"}"""), .. En.Select((text, i) => $$"""{"id":"en{{i}}","instruction":"{{text}}"}""")]);

    private static string Model(ChatServer server) => $"m: {{ endpoint: \"{server.Address}\", model: m }}";

    private static string Chinese(int number) => string.Concat(Enumerable.Range(0, 12).Select(i => (char)('一' + (((number * 137) + (i * 101)) % 5000))));

    private static string English(int number) => string.Join(' ', Enumerable.Range(0, 8).Select(i => $"w{((number * 137) + (i * 101)) % 4999}"));

    /// <summary>A teacher that makes its replies of what it was asked, so that the same question has the same answer.</summary>
    private static string Reply(string asked)
    {
        var number = asked.Aggregate(7, (hash, c) => ((hash * 31) + c) % 9973) % 1000;
        return asked.Contains("接着写到", StringComparison.Ordinal) ? $"{Chinese(number)}\n8. 写一首关于秋天的短诗\n9. 根据图片写一个故事吧\n10. {Chinese(number + 1)}"
            : asked.Contains("Continue it up to", StringComparison.Ordinal) ? $"Describe {English(number)}\n8. Decide whether {English(number + 1)}\n9. Draw a map of the town"
            : asked.Contains("Is the task below one", StringComparison.Ordinal) ? asked.Contains("Decide whether", StringComparison.Ordinal) ? "Yes." : "No."
            : asked.Contains("是分类任务吗", StringComparison.Ordinal) ? "否"
            : asked.Contains("Label:", StringComparison.Ordinal) ? "Label: yes\nInput: it is 5\nLabel: no\nInput: nothing"
            : asked.Contains("输入：", StringComparison.Ordinal) ? "输入：一段文字\n输出：完整的回答" : "Input: none\nOutput: They sleep by day.";
    }

}
