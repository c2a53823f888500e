using Ziya.Synthesis.Rating;

namespace Ziya.Synthesis.Tests.Rating;

public sealed class MarkTests
{
    [Theory]
    [InlineData("4", 4.0)]
    [InlineData(" **4** \n", 4.0)]
    [InlineData("４", 4.0)]
    [InlineData("4分", 4.0)]
    [InlineData("四分", 4.0)]
    [InlineData("五", 5.0)]
    [InlineData("Score: 4", 4.0)]
    [InlineData("Score (1-5): 4", 4.0)]
    [InlineData("The answer is fine, with 3 small slips.\nScore: 4/5.", 4.0)]
    [InlineData("评分：４分", 4.0)]
    [InlineData("评分（1-5）：3", 3.0)]
    [InlineData("这篇回答有 2 处不足。\n我打4分。", 4.0)]
    [InlineData("得分：4分（满分5分）", 4.0)]
    [InlineData("Rating: 3.5", 3.5)]
    [InlineData("I would say 4 out of 5", 4.0)]
    [InlineData("Score: 2\nOn second thought, score: 3", 3.0)]
    [InlineData("score is 5", 5.0)]
    [InlineData("", null)]
    [InlineData("good", null)]
    [InlineData("很好！", null)]
    [InlineData("0", null)]
    [InlineData("6", null)]
    [InlineData("-4", null)]
    [InlineData("4-5", null)]
    [InlineData("Score: 4-5", null)]
    [InlineData("Score: 8/10", null)]
    [InlineData("Score: 4/10", null)]
    [InlineData("45", null)]
    [InlineData("十五分", null)]
    [InlineData("评分标准为1到5分，我给4分", null)]
    [InlineData("12345678901234567890", null)]
    [InlineData("From 1 to 5 this is a 4", null)]
    public void Read_Replies_GiveTheMarkOrNone(string reply, double? expected) => Assert.Equal(expected, Mark.Read(reply, 5));

    [Fact]
    public void Read_AnyText_NeverThrowsAndStaysInRange()
    {
        var random = new Random(3);
        const string Parts = "0123456789./-:：分评打score 一五\n*`（(）)４。~to";
        for (var i = 0; i < 20_000; i++)
        {
            var reply = string.Concat(Enumerable.Range(0, random.Next(24)).Select(_ => Parts[random.Next(Parts.Length)]));
            Assert.True(Mark.Read(reply, 6) is null or (>= 1 and <= 6), reply);
        }

        Assert.Null(Mark.Read("\ud83d lone surrogate", 5));
    }
}
