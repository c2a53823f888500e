using Ziya.Synthesis.AnswerToInstruction;

namespace Ziya.Synthesis.Tests.AnswerToInstruction;

public sealed class PassageCutterTests
{
    private const string Prose = "春天来了，公园里的花都开了。";
    private const string English = "The park is full of people this morning. ";

    [Fact]
    public void Cut_Boilerplate_GoesAtBothEndsOnly()
    {
        var body = "关于开展植树活动的通知\n" + Prose + "\n来源于生活的故事，总是动人的。\n" + Prose;
        var text = "首页 > 新闻\n发布时间：2024-03-12 10:20\n来源：本报\n" + body + "\n责任编辑：张三\n上一篇：雨\n版权所有";
        var passage = Assert.Single(new PassageCutter(true, 10, 500).Cut(text));
        Assert.Equal((body, null), (passage.Text, passage.Fault));
        text = "Home > News\r\n\r\nPosted on May 3, 2024\r\n\r\nBy Anna Smith\r\n\r\n" + English + English + "\r\n\r\nShare this on Twitter\r\n\r\n© 2024 The Paper";
        passage = Assert.Single(new PassageCutter(false, 10, 500).Cut(text));
        Assert.Equal(((English + English).Trim(), null), (passage.Text, passage.Fault));
    }

    [Fact]
    public void Cut_Menu_IsLeftOutAndNoPassageGoesAcross()
    {
        var passages = new PassageCutter(true, 10, 500).Cut($"{Prose}\n首页\n新闻\n体育\n财经\n{Prose}\n{Prose}");
        Assert.Equal([Prose, $"{Prose}\n{Prose}"], passages.Select(passage => passage.Text));
        passages = new PassageCutter(false, 5, 500).Cut($"{English}\nAbout us\nContact\nCareers\n{English}");
        Assert.Equal([English.Trim(), English.Trim()], passages.Select(passage => passage.Text));
    }

    [Theory]
    [InlineData(true, "短文。", "too_short")]
    [InlineData(true, "这是一段写到一半就停下来了的文字，后面还有很多没有写完的内容，比如", "no_sentence_end")]
    [InlineData(true, "- 白菜\n- 萝卜\n- 豆腐\n- 酱油\n以上都在超市里买到了，一共花了二十元。", "list_only")]
    [InlineData(false, "Too short.", "too_short")]
    [InlineData(false, "This is the beginning of a text that somebody cut in the middle of its last", "no_sentence_end")]
    [InlineData(false, "- eggs\n- milk\n- flour\n- sugar\nAll of it can be bought at the corner for little money.", "list_only")]
    [InlineData(true, "他说：“今天的会议到此结束，请大家按照分工把各项工作抓紧落实好。”", null)]
    [InlineData(true, "一、提高认识，加强领导，把责任落实到每一个岗位。\n二、突出重点，分步实施，按时完成各项任务。", null)]
    [InlineData(false, "He said: \"The meeting is over, and everybody should now go home and rest.\"", null)]
    public void Cut_Rules_HoldInBothLanguages(bool chinese, string text, string? fault) =>
        Assert.Equal(fault, Assert.Single(new PassageCutter(chinese, chinese ? 20 : 10, 500).Cut(text)).Fault);

    [Fact]
    public void Cut_UnfinishedEnd_IsTakenOff() => Assert.Equal(Prose, Assert.Single(new PassageCutter(true, 5, 500).Cut(Prose + "\n更多内容请看下")).Text);

    [Fact]
    public void Cut_Empty_GivesNothing() => Assert.Empty(new PassageCutter(true, 5, 500).Cut(" \n——\n首页\n"));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Cut_AnyText_PassagesAreOfTheTextInOrderAndNotTooLong(bool chinese)
    {
        var random = new Random(5);
        string[] parts = chinese
            ? [Prose, "没有结尾", "\n", "\n\n", "首页", "（见第3.5节）", "他说：“好！”", "1. 第一", "来源：新华", "\ud83d\ude00。", "|a|b|c|"]
            : [English, "no end here ", "\n", "\n\n", "Home", "Dr. Who paid 3.5 dollars. ", "\"Yes!\" ", "- one", "Share", "\ud83d\ude00. ", " | a | b | c "];
        for (var round = 0; round < 2000; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(40)).Select(_ => parts[random.Next(parts.Length)]));
            var cutter = new PassageCutter(chinese, 5, 30);
            var rest = Bare(text);
            foreach (var passage in cutter.Cut(text))
            {
                // A single sentence may be longer than a passage, so of several paragraphs none is.
                Assert.True(cutter.Length(passage.Text) <= 30 || !passage.Text.Contains(text.Trim().Contains("\n\n", StringComparison.Ordinal) ? "\n\n" : "\n", StringComparison.Ordinal), passage.Text);
                var at = rest.IndexOf(Bare(passage.Text), StringComparison.Ordinal);
                Assert.True(at >= 0, $"{text}\n=>\n{passage.Text}");
                rest = rest[(at + Bare(passage.Text).Length)..];
                Assert.True(passage.Fault is not null || cutter.Length(passage.Text) >= 5);
            }
        }

        // Paragraphs without a letter are no paragraphs; their signs go with the white space.
        static string Bare(string text) => string.Concat(text.Where(char.IsLetterOrDigit));
    }

    [Theory]
    [InlineData("关于开展安全检查的通知\n各单位：现将有关事项通知如下。", "report")]
    [InlineData("The committee recommends a new budget in accordance with the law.", "report")]
    [InlineData("尊敬的各位来宾：大家上午好！", "speech")]
    [InlineData("Dear Anna,\nI am writing to thank you.\nBest regards", "speech")]
    [InlineData("新品上市，限时优惠，邂逅春天的味道。", "creative")]
    [InlineData("Introducing our limited-edition mug. Order now!", "creative")]
    [InlineData("公园里有很多人在放风筝。", "general")]
    [InlineData("Cook the rice in accordance with the recipe.", "general")]
    public void Of_Texts_AreOfTheirKind(string text, string genre) => Assert.Equal(genre, Genre.Of(text));

    [Theory]
    [InlineData("写一篇关于春天的短文", null)]
    [InlineData("请给下面的文章写一个标题", "leaked_prompt")]
    [InlineData("根据原文回答问题", "leaked_prompt")]
    [InlineData("Which instruction does the passage answer?", "leaked_prompt")]
    [InlineData("Summarise the text above", "leaked_prompt")]
    [InlineData("写一段话，要包括“春天来了，公园里的花都开了。孩子们在草地上跑来跑去，老人们坐着晒太阳”", "copied")]
    [InlineData("Write about: the park is full of people this morning and the children, run over the grass", "copied")]
    [InlineData("写公园里的花都开了的春天", null)]
    [InlineData("Write how the park is full of people this morning", null)]
    [InlineData("作为一个AI，我不能写", "refusal")]
    [InlineData("", "empty")]
    public void Of_Instructions_FaultsInBothLanguages(string instruction, string? fault) => Assert.Equal(fault, InstructionFault.Of(
        instruction, "春天来了，公园里的花都开了。孩子们在草地上跑来跑去，老人们坐着晒太阳。The park is full of people this morning, and the children run over the grass.", 800));
}
