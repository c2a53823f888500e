using Ziya.Synthesis.Evaluation;

namespace Ziya.Synthesis.Tests.Evaluation;

public sealed class PairVerdictTests
{
    [Theory]
    [InlineData("A", 'A')]
    [InlineData(" b.\n", 'B')]
    [InlineData("**C**", 'C')]
    [InlineData("Ｂ", 'B')]
    [InlineData("回答A", 'A')]
    [InlineData("选 B。", 'B')]
    [InlineData("Answer A", 'A')]
    [InlineData("(A)", 'A')]
    [InlineData("A is a fine answer, but it errs. Verdict: B", 'B')]
    [InlineData("My verdict is [[A]] although [[B]] was close... no: [[B]]", 'B')]
    [InlineData("两个回答都不错，但 A 有一处错误。\n结论：B", 'B')]
    [InlineData("综合来看，回答A更好。", 'A')]
    [InlineData("回答 B 明显优于 A，因为它算对了。", 'B')]
    [InlineData("Answer B is clearly better because A tree is no bush.", 'B')]
    [InlineData("They are equally good.", 'C')]
    [InlineData("两个回答不相上下。", 'C')]
    [InlineData("<think>At first A is better. Hmm, no.</think>\nB", 'B')]
    [InlineData("A misses the point.\n\nSo I choose\nB", 'B')]
    [InlineData("答案：C", 'C')]
    [InlineData("B。A 太平淡。", 'B')]
    [InlineData("A, because B forgets the date.", 'A')]
    [InlineData("我认为 A 比 B 更好。", 'A')]
    [InlineData("总的来说，回答B比回答A要好。", 'B')]
    [InlineData("A 不如 B。", 'B')]
    [InlineData("A 并不比 B 好，结论：B", 'B')]
    [InlineData("Verdict: a tie.", 'C')]
    [InlineData("My decision is a draw.", 'C')]
    [InlineData("verdict: b.", 'B')]
    [InlineData("Verdict: b", 'B')]
    [InlineData("The answer is A", 'A')]
    [InlineData("I choose answer A.", 'A')]
    public void Read_RepliesOfModels_FindsTheVerdict(string reply, char expected) => Assert.Equal(expected, PairVerdict.Read(reply));

    [Theory]
    [InlineData("")]
    [InlineData("I cannot decide.")]
    [InlineData("A tree grows by the river.")]
    [InlineData("A or B")]
    [InlineData("The answer is a good one.")]
    [InlineData("Neither answer A nor B is better")]
    [InlineData("Answer A forgets the date, and answer B the place.")]
    [InlineData("A 并不比 B 更好")]
    [InlineData("A. Clear and short.\nB. Long, but right.")]
    [InlineData("A：简洁。B：详细。")]
    [InlineData("D")]
    [InlineData("<think>A")]
    [InlineData("作为一个语言模型，我无法比较。")]
    [InlineData("Both A and B have merits")]
    public void Read_NoVerdict_IsNone(string reply) => Assert.Null(PairVerdict.Read(reply));

    [Fact]
    public void Read_AnyCharacters_NeverThrows()
    {
        const string Signs = "ABCabc[] :：\n。更好是回答answer*`<think>/\ud83d😀，优于两个一样";
        var random = new Random(3);
        for (var round = 0; round < 20_000; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(30)).Select(_ => Signs[random.Next(Signs.Length)]));
            Assert.True(PairVerdict.Read(text) is null or 'A' or 'B' or 'C', text);
        }

        PairVerdict.Read(new string('A', 200_000) + string.Concat(Enumerable.Repeat("answer is ", 20_000)));
    }
}
