using System.Text;
using Ziya.Corpus.Cleaning;

namespace Ziya.Corpus.Tests.Cleaning;

public sealed class BoundedFormTests
{
    private static readonly string[] Parts = ["a", "é", "文", "\u0301", "\u0323", "\u0F73", "\u3099", "か", "\uFF9E", "각", "\U0001D165", "\U00020000", " ", "ﬁ"];

    [Theory]
    [InlineData(NormalizationForm.FormC)]
    [InlineData(NormalizationForm.FormKC)]
    public void OfAndIs_RandomTexts_AreThePlatforms(NormalizationForm form)
    {
        for (var seed = 0; seed < 2000; seed++)
        {
            var random = new Random(seed);
            var text = string.Concat(Enumerable.Range(0, random.Next(0, 120)).Select(_ => Parts[random.Next(Parts.Length)]));

            Assert.Equal(text.Normalize(form), BoundedForm.Of(text, form));
            Assert.Equal(text.IsNormalized(form), BoundedForm.Is(text, form));
        }
    }

    // In one piece these took hours.
    [Theory]
    [InlineData("\u0301\u0323")]
    [InlineData("\uFF9E\u0301")]
    [InlineData("\U0001D165\u0301")]
    public void Of_AMillionMarksOutOfOrder_LosesNone(string marks)
    {
        var text = "e" + string.Concat(Enumerable.Repeat(marks, 500_000)) + "文";

        var form = BoundedForm.Of(text, NormalizationForm.FormD);

        Assert.Equal(text.Length, form.Length);
        Assert.Equal(text.EnumerateRunes().Order(), form.EnumerateRunes().Order());
        Assert.False(BoundedForm.Is(text, NormalizationForm.FormKC));
    }
}
