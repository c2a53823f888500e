using Ziya.Pipeline.Records;
using Ziya.Synthesis.Selection;

namespace Ziya.Synthesis.Tests.Selection;

public sealed class ConditionTests
{
    private static readonly Instruction Record = new()
    {
        Id = "r",
        Text = "四个字啊",
        Task = "code",
        Language = "zh",
        Scores = Scores.Empty.With("reward", 2).With("repetition", 0.5).With("zero", 0),
        Meta = Fields.Empty.With("site", "a.com").WithObject("n", new Fields("\"k\":3"u8.ToArray())),
    };

    [Theory]
    [InlineData("reward > 1.5", true)]
    [InlineData("reward > 1.5 and length < 4000 and (repetition < 0.2 or task == \"code\")", true)]
    [InlineData("reward > 1.5 and repetition < 0.2 or task == 'code'", true)]
    [InlineData("reward > 1.5 and (repetition < 0.2 or task == 'writing')", false)]
    [InlineData("not reward > 3", true)]
    [InlineData("not (reward > 1 and length == 4)", false)]
    [InlineData("reward * 2 + 1 == 5", true)]
    [InlineData("2 + 2 * 2 == 6 and (2 + 2) * 2 == 8 and 8 / 4 / 2 == 1 and 1 - 1 - 1 == -1", true)]
    [InlineData("-reward < -1.9 and --reward > 0", true)]
    [InlineData("length>=4 and length<=4", true)]
    [InlineData("1e-3 < .5", true)]
    [InlineData("language != \"en\"", true)]
    [InlineData("task == '代码'", false)]
    [InlineData("meta.site == 'a.com'", true)]
    [InlineData("meta.n.k == 3", true)]
    [InlineData("meta.n.k + reward == 5", true)]
    [InlineData("scores.reward == reward", true)]
    [InlineData("missing > 1", null)]
    [InlineData("missing > 1 or reward > 1", true)]
    [InlineData("missing > 1 and reward > 1", null)]
    [InlineData("missing > 1 and reward > 3", false)]
    [InlineData("not missing > 1", null)]
    [InlineData("missing != missing", null)]
    [InlineData("bucket == 'high'", null)]
    [InlineData("reward / zero > 1", true)]
    [InlineData("zero / zero > 1", null)]
    public void Holds_OfARecord_IsKleenes(string text, bool? expected)
    {
        var condition = Condition.Parse(text, out var fault);

        Assert.Null(fault);
        Assert.Equal(expected, condition!.Holds(Record));
    }

    [Theory]
    [InlineData("", "ends where a number, a name or a text is missing (character 1: '')")]
    [InlineData("reward >", "ends where a number, a name or a text is missing (character 9: '')")]
    [InlineData("reward > > 1", "has '>' where a number, a name or a text is missing (character 10: '> 1')")]
    [InlineData("reward", "needs a condition here, such as reward > 0, and has a number (character 1: 'reward')")]
    [InlineData("reward > 1 and length", "needs a condition here, such as length > 0, and has a number (character 16: 'length')")]
    [InlineData("task > 'a'", "compares texts by >; for texts there are == and != (character 6: '> 'a'')")]
    [InlineData("task == 1", "compares a text with a number (character 6: '== 1')")]
    [InlineData("reward == 'x'", "compares a number with a text (character 8: '== 'x'')")]
    [InlineData("(reward > 1", "lacks the ) of the bracket at 1 (character 12: '')")]
    [InlineData("reward > 1)", "has ')' where it should end, or go on with and, or (character 11: ')')")]
    [InlineData("reward > 1 reward < 2", "has 'reward' where it should end, or go on with and, or (character 12: 'reward < 2')")]
    [InlineData("0 < reward < 2", "compares three things at once; write a < b and b < c (character 12: '< 2')")]
    [InlineData("reward > 'x", "lacks the ' that ends a text (character 10: ''x')")]
    [InlineData("reward > 1x", "has '1x', which is no number (character 10: '1x')")]
    [InlineData("reward = 1", "has '=' where it should end, or go on with and, or (character 8: '= 1')")]
    [InlineData("task + 1 > 2", "needs a number here, and has a text (character 1: 'task + 1 > 2')")]
    [InlineData("(reward > 1) > 0", "compares a condition with a number (character 14: '> 0')")]
    public void Parse_NoCondition_SaysWhatAndWhere(string text, string expected)
    {
        Assert.Null(Condition.Parse(text, out var fault));
        Assert.StartsWith(expected, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_AnyText_EndsWithAConditionOrAFault()
    {
        string[] pieces = ["reward", "task", "meta.x", " and ", " or ", "not ", "(", ")", "<", "==", "!=", "+", "-", "*", "/", "1", "2.5", "'a'", "\"", " ", "。", "é", "1e", "=", ".", "\ud800"];
        var random = new Random(3);
        var right = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => pieces[random.Next(pieces.Length)]));
            var condition = Condition.Parse(text, out var fault);
            Assert.NotEqual(condition is null, fault is null);
            condition?.Holds(Record);
            right += condition is null ? 0 : 1;
        }

        Assert.NotEqual(0, right);
    }

    [Fact]
    public void Parse_DeepNesting_IsAFaultAndNoOverflow()
    {
        Assert.Null(Condition.Parse(new string('(', 100_000) + "reward > 1", out var brackets));
        Assert.Contains("nested deeper than 64 levels", brackets, StringComparison.Ordinal);
        Assert.Null(Condition.Parse(string.Concat(Enumerable.Repeat("not ", 100_000)) + "reward > 1", out var nots));
        Assert.Contains("nested deeper", nots, StringComparison.Ordinal);
    }

    /// <summary>Brackets everywhere against the order of precedence: both ways of writing a random condition mean the same.</summary>
    [Fact]
    public void Holds_RandomTrees_AgreeWithTheirEvaluation()
    {
        var random = new Random(11);
        for (var round = 0; round < 3000; round++)
        {
            var (text, value) = Tree(random, 4);
            Assert.Equal(value, Condition.Parse(text, out var fault)?.Holds(Record));
            Assert.Null(fault);
        }
    }

    private static (string Text, bool? Value) Tree(Random random, int depth)
    {
        if (depth == 0 || random.Next(4) == 0)
        {
            var (number, value) = random.Next(3) switch { 0 => ("reward", (double?)2), 1 => ("missing", null), _ => ("length", 4) };
            var other = random.Next(5);
            return random.Next(2) == 0 ? ($"{number} > {other}", value is null ? null : value > other) : ($"{number} == {other}", value is null ? null : value == other);
        }

        var a = Tree(random, depth - 1);
        var b = Tree(random, depth - 1);
        return random.Next(3) switch
        {
            0 => ($"({a.Text}) and ({b.Text})", a.Value == false || b.Value == false ? false : a.Value is null || b.Value is null ? null : true),
            1 => ($"({a.Text}) or ({b.Text})", a.Value == true || b.Value == true ? true : a.Value is null || b.Value is null ? null : false),
            _ => ($"not ({a.Text})", !a.Value),
        };
    }
}
