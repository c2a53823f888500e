using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Ziya.Corpus.Scoring;

namespace Ziya.Corpus.Tests.Scoring;

public sealed partial class CcNetTextTests
{
    // What the rules of text_normalizer.py make of these on CPython 3.11.
    [Theory]
    [InlineData("  The Caf\u00e9 on 5th Avenue \u2014 \u201copen\u201d since 1987\u2026  ", "the cafe on 0th avenue  -  \"open\" since 0000...")]
    [InlineData("Na\u00efve R\u00c9SUM\u00c9, \u2116 12\u00bd; \u00bd off!\tTabs\nand lines\r\n", "naive resume, \u2116 00\u00bd; \u00bd off!tabsand lines")]
    [InlineData("\u4e0a\u6d77\uff0c2024\u5e743\u67085\u65e5\uff1a\u6c14\u6e29\uff11\uff12\uff0e\uff15\u5ea6\uff08\u6700\u9ad8\uff09\uff01\u300a\u65b0\u6c11\u665a\u62a5\u300b\uff5e", "\u4e0a\u6d77,0000\u5e740\u67080\u65e5:\u6c14\u6e2900. 0\u5ea6(\u6700\u9ad8)!\"\u65b0\u6c11\u665a\u62a5\"~")]
    [InlineData("\u300c\u7e41\u9ad4\u300d\u3001\u3008\u66f8\u540d\u3009\u3010\u6ce8\u3011\u2014\u2014 \u767e\u5206\u4e4b\uff13\uff15\uff05\u2026", "\"\u7e41\u9ad4\",<\u66f8\u540d>[\u6ce8] -  -  \u767e\u5206\u4e4b00%...")]
    [InlineData("\u0130stanbul \u01c5ungla \ufb01ne \u00df", "istanbul \u01c6ungla \ufb01ne \u00df")]
    [InlineData("\u304c\u304e\u3050 \uff8a\uff9f \ud55c\uad6d\uc5b4 \uac01", "\u304b\u304d\u304f \uff8a\uff9f \u1112\u1161\u11ab\u1100\u116e\u11a8\u110b\u1165 \u1100\u1161\u11a8")]
    [InlineData("x\u0301y\u0323\u0308 \u0660\u0661\u0967\u0e51", "xy 0000")]
    [InlineData("\u3000\u00a0\u7f29\u8fdb\u3000\u4e2d\u95f4\u00a0\u2028\u7ed3\u5c3e\u0085", "\u7f29\u8fdb\u3000\u4e2d\u95f4\u00a0\u2028\u7ed3\u5c3e")]
    [InlineData("\u001c\u001d a \u0000\u007f\u009f b\ufeff", "a  b\ufeff")]
    [InlineData("\ud83d\ude00 2 emoji \ud835\udfd8\ud835\udfd9 \ud840\udc00", "\ud83d\ude00 0 emoji 00 \ud840\udc00")]
    [InlineData("\u00b4it\u2019s` \u2018so\u2019 \uff0d\uff3f", "'it's` \u2018so' \uff0d\uff3f")]
    [InlineData("", "")]
    [InlineData("   ", "")]
    public void Normalize_GoldenTexts_AreWhatPythonMakes(string text, string normal) => Assert.Equal(normal, CcNetText.Normalize(text));

    [Fact]
    public void Normalize_RandomTexts_AreWhatTheStepsOneByOneMake()
    {
        string[] parts = ["the", "Café", "ÉCOLE", "第３回", "，", "—", "…", "《书》", "e\u0301", "\u0323\u0301", " ", "\n", "\t", "\u3000", "\u0085", "\x1f", "１２", "٣", "が", "각", "😀", "𝟘", "İ", "ǅ", "\uFEFF", "٪", "\u2028"];
        for (var seed = 0; seed < 3000; seed++)
        {
            var random = new Random(seed);
            var text = string.Concat(Enumerable.Range(0, random.Next(0, 20)).Select(_ => parts[random.Next(parts.Length)]));

            Assert.Equal(Slow(text), CcNetText.Normalize(text));
        }
    }

    [Fact]
    public void Normalize_HalfPairs_BecomeWhatEncodingMakesOfThem() => Assert.Equal("a\uFFFDb", CcNetText.Normalize("A\uD83DB"));

    private static string Slow(string text)
    {
        var line = Ends().Replace(text, "").Replace("İ", "i", StringComparison.Ordinal).ToLowerInvariant().Normalize(NormalizationForm.FormD);
        line = string.Concat(line.EnumerateRunes().Where(rune => Rune.GetUnicodeCategory(rune) != UnicodeCategory.NonSpacingMark));
        line = string.Concat(line.EnumerateRunes().Select(rune => Rune.GetUnicodeCategory(rune) == UnicodeCategory.DecimalDigitNumber ? "0" : rune.ToString()));
        line = line.Replace("，", ",", StringComparison.Ordinal).Replace("—", " - ", StringComparison.Ordinal).Replace("…", "...", StringComparison.Ordinal).Replace("《", "\"", StringComparison.Ordinal).Replace("》", "\"", StringComparison.Ordinal);
        return Controls().Replace(line, "");
    }

    [GeneratedRegex("^[\\s\u0085\u001c-\u001f]+|[\\s\u0085\u001c-\u001f]+\\z")]
    private static partial Regex Ends();

    [GeneratedRegex("[\u0000-\u001f\u007f-\u009f]")]
    private static partial Regex Controls();
}
