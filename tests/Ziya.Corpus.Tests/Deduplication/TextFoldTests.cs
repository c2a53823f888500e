using System.Text;
using Ziya.Corpus.Deduplication;

namespace Ziya.Corpus.Tests.Deduplication;

public sealed class TextFoldTests
{
    private static readonly string[] Pieces =
    [
        "中文", "，", "ＡＢＣ", "Hello", " ", "\u3000", "\u00a0", "ﬁ", "①", "…", "℃", "é", "e\u0301", "\u0301", "가", "\u1100\u1161", "ｶﾞ", "😀", "❤\ufe0f", "𠮷",
        "𝐀", "𐐀", "\ud800", "\udc00", "\ufffe", "\uffff", "ß", "İ", "ǅ", "สวัสดี", "ｆｕｌｌ", "\0", "你", "丽", "\ufeff", "Ω", "½", "常见的字，", "Plain WORDS", "。、", "～", "｟", "\u9fff", "\ua000", "\u007f", "\u0080", "［", "＠Ｚ｀", "@Z[`",
    ];

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Fold_RandomTexts_IsWhatThePlatformGives(bool width, bool letterCase)
    {
        var fold = new TextFold(width, letterCase);
        var random = new Random(1);
        for (var i = 0; i < 20_000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(i % 2 == 0 ? 8 : 60)).Select(_ => Pieces[random.Next(Pieces.Length)]));

            Assert.Equal(Obvious(text, width, letterCase), fold.Fold(text).ToString());
        }
    }

    [Fact]
    public void Fold_EveryCharacterBetweenOthers_IsWhatThePlatformGives()
    {
        var fold = new TextFold(true, true);
        for (var (c, i) = (0, 0); c < 0x10000; (c, i) = i == 0 ? (c, 1) : (c + 1, 0))
        {
            var text = i == 0 ? $"a{(char)c}中" : $"Ａa{(char)c}中Z" + new string((char)c, 20);

            Assert.Equal(Obvious(text, true, true), fold.Fold(text).ToString());
        }
    }

    [Fact]
    public void Fold_ChineseAndEnglish_AllocatesNothing()
    {
        var fold = new TextFold(true, true);
        var text = string.Concat(Enumerable.Repeat("水库的水位，昨天上升了３０厘米…… The Water ROSE 30 cm 😀。", 100));
        fold.Fold(text);

        var before = GC.GetAllocatedBytesForCurrentThread();
        fold.Fold(text);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static string Obvious(string text, bool width, bool letterCase)
    {
        var valid = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            valid.Append(rune.Value is 0xFFFE or 0xFFFF ? "\ufffd" : rune.ToString());
        }

        text = width ? valid.ToString().Normalize(NormalizationForm.FormKC) : valid.ToString();
        return letterCase ? text.ToLowerInvariant() : text;
    }
}
