using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Records;
using Ziya.Synthesis.Selection;
using Ziya.Synthesis.Tests.Fixtures;

namespace Ziya.Synthesis.Tests.Selection;

/// <summary>Planted answers in both languages: what each rule should see, and what it should leave alone.</summary>
public sealed class RuleRewardTests
{
    private static readonly RuleRewardOptions Defaults = new();

    private static double? Of(string rule, string question, string answer, RuleRewardOptions? options = null) =>
        new RuleReward(options ?? Defaults).Apply(new Instruction { Id = "r", Text = question, Output = answer }).Record!.Scores.TryGet("rule_" + rule, out var score) ? score : null;

    [Theory]
    [InlineData(0, "好的好的好的好的好的好的好的好的好的好的好的好的")]
    [InlineData(0, "春天来了，花都开了。春天来了，花都开了。春天来了，花都开了。春天来了，花都开了。")]
    [InlineData(0, "I like to walk in the park. I like to walk in the park. I like to walk in the park. I like to walk in the park.")]
    [InlineData(1, "春天来了，山上的桃花一夜之间都开了，孩子们跑到河边放风筝，老人坐在院子里晒太阳。")]
    [InlineData(1, "Spring is here. The peach trees on the hill opened overnight, and the children have run down to the river with their kites.")]
    [InlineData(1, "```python\nself.a = self.b.c(1)\nself.a = self.b.c(1)\nself.a = self.b.c(1)\nself.a = self.b.c(1)\nself.a = self.b.c(1)\n```\n上面的代码会执行五次。")]
    [InlineData(1, "是。")]
    public void Repetition_OfAnAnswer_IsSeen(double expected, string answer) => Assert.Equal(expected, Of("repetition", "x", answer));

    [Theory]
    [InlineData(0, "光合作用是植物利用阳光的过程。它发生在叶绿体里。植物吸收二氧化碳和")]
    [InlineData(0, "Plants need light. They also need water. The leaves take in carbon dioxide and")]
    [InlineData(0, "植物需要阳光和水。它们还吸收二氧")]
    [InlineData(0, "Plants need light and water. They also take in")]
    [InlineData(0, "可以随手关水龙头，也可以用淘米水洗菜，还可以把")]
    [InlineData(0, "Turn off the tap while you brush your teeth, take shorter showers, and when you wash the")]
    [InlineData(1, "Dr. Martin Luther King Jr")]
    [InlineData(1, "翻开一页，遇见另一个自己")]
    [InlineData(1, "春风得意马蹄疾，一日看尽长安花")]
    [InlineData(1, "Beijing, Shanghai and Guangzhou")]
    [InlineData(0, "步骤如下：")]
    [InlineData(0, "The steps are:")]
    [InlineData(0, "首先打开电源，")]
    [InlineData(0, "```python\nprint(1)\nfor x in")]
    [InlineData(0, "他说：“")]
    [InlineData(1, "光合作用是植物利用阳光的过程。它发生在叶绿体里。")]
    [InlineData(1, "他停下来。他想了想。他说：“走吧。”")]
    [InlineData(1, "She stopped. She thought. She said, \"Let's go.\"")]
    [InlineData(1, "北京")]
    [InlineData(1, "42")]
    [InlineData(1, "床前明月光\n疑是地上霜\n举头望明月\n低头思故乡")]
    [InlineData(1, "有三点。请注意。\n1. 苹果\n2. 香蕉\n3. 梨")]
    [InlineData(1, "Use this. It works.\n```python\nprint(1)\n```")]
    [InlineData(1, "好的！没问题！😊")]
    [InlineData(1, "{\"a\": 1}")]
    [InlineData(1, "It is good. It is new.\n\n| a | b |\n|---|---|\n| 1 | 2 |")]
    [InlineData(1, "**注意：请先断电。**")]
    public void Truncation_OfAnAnswer_IsSeen(double expected, string answer) => Assert.Equal(expected, Of("truncation", "x", answer));

    [Theory]
    [InlineData(0.0, "请解释一下什么是光合作用。", "Photosynthesis is how plants turn light into food.")]
    [InlineData(0.0, "Please explain what photosynthesis is.", "光合作用是植物利用阳光制造养分的过程。")]
    [InlineData(1.0, "请解释一下什么是光合作用。", "光合作用是植物利用阳光制造养分的过程。")]
    [InlineData(1.0, "请用英文解释什么是光合作用。", "Photosynthesis is how plants turn light into food.")]
    [InlineData(0.0, "请用英文解释什么是光合作用。", "光合作用是植物利用阳光制造养分的过程。")]
    [InlineData(1.0, "Translate the sentence into Chinese: The weather is fine today.", "今天天气很好，我们去公园吧。")]
    [InlineData(0.0, "Translate the sentence into Chinese: The weather is fine today.", "The weather is fine today, let us go to the park.")]
    [InlineData(null, "把下面的句子翻译一下：今天天气很好。", "The weather is fine today.")]
    [InlineData(null, "请写一段代码输出你好。", "```python\nprint('hello world, how are you')\n```")]
    [InlineData(null, "中国的首都是哪里？", "北京。")]
    public void Language_OfAnAnswer_IsThatOfTheQuestionOrTheOneItNames(double? expected, string question, string answer) => Assert.Equal(expected, Of("language", question, answer));

    [Theory]
    [InlineData(1.0, "用不超过10字介绍北京。", "北京是中国的首都。")]
    [InlineData(0.0, "用不超过10字介绍北京。", "北京是中国的首都，有三千多年的历史和很多名胜古迹。")]
    [InlineData(0.8, "请在20字以内回答。", "这里一共写了二十二个字看一看是不是多了两个字")]
    [InlineData(1.0, "写一段不少于五字的话。", "今天天气真好。")]
    [InlineData(0.0, "写一篇至少八百字的文章。", "今天天气真好。")]
    [InlineData(1.0, "写一段100字左右的介绍。", "北京是中国的首都，是全国的政治中心和文化中心，也是一座有三千多年历史的古城，有故宫、天坛、长城等许多名胜古迹，每年都有成千上万的游客从世界各地来到这里，看一看古老的胡同，尝一尝地道的烤鸭和炸酱面。")]
    [InlineData(1.0, "Describe Paris in at most ten words.", "Paris is the capital of France.")]
    [InlineData(0.0, "Describe Paris in no more than 5 words.", "Paris is the capital and the largest city of France today.")]
    [InlineData(0.0, "Write at least 100 words about Paris.", "Paris is nice.")]
    [InlineData(1.0, "List three fruits.", "1. Apple\n2. Pear\n3. Plum")]
    [InlineData(0.0, "List three fruits.", "- Apple\n- Pear")]
    [InlineData(null, "List three fruits.", "Apple, pear and plum.")]
    [InlineData(1.0, "列出两种水果。", "1、苹果\n   - 红的\n   - 青的\n2、梨")]
    [InlineData(0.0, "请列举5个城市。", "1. 北京\n2. 上海\n3. 广州")]
    [InlineData(1.0, "请以JSON格式返回姓名和年龄。", "```json\n{\"name\": \"王明\", \"age\": 3}\n```")]
    [InlineData(0.0, "请以JSON格式返回姓名和年龄。", "姓名：王明，年龄：3")]
    [InlineData(1.0, "Return the answer as a JSON object with the key name.", "{\"name\": \"Ada\"}")]
    [InlineData(0.0, "Return the answer as a JSON object with the key name.", "{name: Ada")]
    [InlineData(null, "什么是JSON？", "一种数据格式。")]
    [InlineData(null, "Write a JSON parser in Rust.", "fn parse() {}")]
    [InlineData(1.0, "用一句话说明什么是编译器。", "编译器把源代码变成机器能执行的指令。")]
    [InlineData(0.0, "用一句话说明什么是编译器。", "编译器是程序。它把源代码变成指令。")]
    [InlineData(1.0, "Explain in one sentence what a compiler is.", "A compiler turns source code into machine code (e.g. x86).")]
    [InlineData(0.0, "Explain in one sentence what a compiler is.", "A compiler is a program. It turns source code into machine code.")]
    [InlineData(null, "介绍一下北京。", "北京是中国的首都。")]
    public void Format_AskedFor_IsChecked(double? expected, string question, string answer)
    {
        var score = Of("format", question, answer);
        Assert.Equal(expected is null, score is null);
        Assert.Equal(expected ?? 0, score ?? 0, 0.021);
    }

    [Theory]
    [InlineData(0.0, "写一首诗。", "作为一个人工智能语言模型，我没有情感。")]
    [InlineData(0.0, "写一首诗。", "很抱歉，我无法完成这个请求。")]
    [InlineData(0.0, "写一首诗。", "对不起，我不能提供这类内容。")]
    [InlineData(0.0, "Write a poem.", "As an AI language model, I cannot feel.")]
    [InlineData(0.0, "Write a poem.", "I'm sorry, but I can't help with that.")]
    [InlineData(0.0, "Write a poem.", "I cannot assist with that request.")]
    [InlineData(1.0, "写一首诗。", "床前明月光，疑是地上霜。")]
    [InlineData(1.0, "怎样修自行车？", "我不能骑车的那年夏天，父亲教会了我怎样补胎。")]
    [InlineData(1.0, "Tell a story.", "\"I am sorry,\" said the fox, and ran off.")]
    [InlineData(null, "帮我写一封道歉信。", "很抱歉，我无法参加明天的会议。")]
    [InlineData(null, "Write a letter that declines the offer.", "I'm sorry, but I cannot accept.")]
    public void Refusal_OfAnAnswer_IsSeen(double? expected, string question, string answer) => Assert.Equal(expected, Of("refusal", question, answer));

    [Fact]
    public void Length_BeyondTheLimits_LosesByItsShare()
    {
        var options = new RuleRewardOptions { Zh = new() { MinLength = 10, MaxLength = 20 }, En = new() { MinLength = 4, MaxLength = 8 } };

        Assert.Equal(0.5, Of("length", "x", "一二三四五", options));
        Assert.Equal(1, Of("length", "x", "一二三四五，六七八九十。", options));
        Assert.Equal(0.5, Of("length", "x", new string('好', 40), options));
        Assert.Equal(0.5, Of("length", "x", "Two words.", options));
        Assert.Equal(0.8, Of("length", "x", "one two three four five six seven eight nine ten", options));
    }

    [Fact]
    public void Apply_Weights_TakeOffWhatTheySay()
    {
        var record = new Instruction { Id = "r", Text = "写一首诗。", Output = "很抱歉，我无法完成这个请求，因为：" };

        double Total(params (string, double)[] weights) =>
            new RuleReward(new() { Weights = weights.ToDictionary(pair => pair.Item1, pair => pair.Item2) }).Apply(record).Record!.Scores.Single(score => score.Key == "rule_reward").Value;

        Assert.Equal(-1, Total());
        Assert.Equal(0, Total(("refusal", 0)));
        Assert.Equal(-1.5, Total(("refusal", 2), ("truncation", 0.5)));
    }

    [Fact]
    public void Run_Min_DropsCandidatesAndRecordsByTheWorstRule()
    {
        using var folder = new SynthesisFolder();
        folder.Write(
            """{"id":"a","instruction":"写一首诗。","candidates":[{"output":"作为一个人工智能，我不会写诗。"},{"output":"床前明月光，疑是地上霜。"}]}""",
            """{"id":"b","instruction":"写一首诗。","candidates":[{"output":"作为一个人工智能，我不会写诗。"},{"output":"我是一个语言模型。"}]}""",
            """{"id":"c","instruction":"Write a poem.","output":"The moon is"}""",
            """{"id":"d","instruction":"Write a poem.","output":"The steps are:"}""",
            """{"id":"e","instruction":"Write a poem."}""");

        var report = folder.Run("x: { tiny: llama }", "rule_reward: { min: 0.5 }, select: { best: rule_reward }");

        Assert.Equal(["床前明月光，疑是地上霜。", "The moon is"], folder.Output().Select(record => (string?)record["output"]));
        Assert.Equal(new Dictionary<string, long> { ["no_answer"] = 1, ["refusal"] = 1, ["truncation"] = 1 }, report.Records.Dropped["rule_reward"]);
        Assert.Equal(1, (double)folder.Output()[0]["scores"]!["rule_reward"]!);
    }

    [Fact]
    public void Apply_AnyText_IsScored()
    {
        string[] pieces = ["你好", "。", "，", "```", "\n", "- ", "1. ", "word ", ".", "\"", "{", "}", "|", "😀", "\ud83d", "\ude00", " ", "json", "不超过", "三", "字", "\u0301", "*"];
        var random = new Random(9);
        var step = new RuleReward(Defaults);
        for (var round = 0; round < 3000; round++)
        {
            string Text() => string.Concat(Enumerable.Range(0, random.Next(20)).Select(_ => pieces[random.Next(pieces.Length)]));
            var verdict = step.Apply(new Instruction { Id = "r", Text = Text(), Output = Text() });
            Assert.All(verdict.Record?.Scores ?? Scores.Empty, score => Assert.InRange(score.Value, score.Key == "rule_reward" ? -5 : 0, 1));
        }
    }

    [Theory]
    [InlineData("rule_reward: { weights: { refusl: 1 } }", "'weights' has 'refusl', which is no rule.")]
    [InlineData("rule_reward: { min: 2 }", "'min' is 2, out of range")]
    public void Parse_WrongOptions_AreFaultsOfTheFile(string step, string message)
    {
        var fault = Assert.Throws<JobFaultException>(() => JobFile.Parse(
            $"job: t\ninput: {{ read: a.jsonl, kind: instruction }}\nsteps: [{step}]\noutput: {{ write: out }}\n", "job.yaml", [], SynthesisFolder.Catalog, false));

        Assert.Contains(message, Assert.Single(fault.Faults).ToString(), StringComparison.Ordinal);
    }
}
