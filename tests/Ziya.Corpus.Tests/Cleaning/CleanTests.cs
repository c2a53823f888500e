using System.Text;
using Ziya.Corpus.Cleaning;
using Ziya.Corpus.Tests.Fixtures;
using Ziya.Pipeline.Records;

namespace Ziya.Corpus.Tests.Cleaning;

public sealed class CleanTests
{
    private static readonly CleanOptions Nothing = new()
    {
        Unicode = UnicodeForm.None,
        Mojibake = MojibakeRule.Keep,
        Html = HtmlRule.Keep,
        Width = WidthRule.Keep,
        Controls = false,
        Invisible = false,
        Whitespace = WhitespaceRule.Keep,
    };

    public static TheoryData<string, string, string> Planted =>
        [.. from entry in SampleCorpus.Entries("characters").Concat(SampleCorpus.Entries("mojibake").Where(entry => (bool)entry["reversible"]!))
            where entry["expected"] is not null
            select ((string)entry["id"]!, (string)entry["kind"]!, (string)entry["expected"]!)];

    [Theory]
    [MemberData(nameof(Planted))]
    public void Apply_PlantedFault_GivesTheTextThatWasMeant(string id, string kind, string expected)
    {
        // This one is full of half-width punctuation, and what is meant has no other.
        var options = new CleanOptions { Width = id == "zh-char-mixed-width" ? WidthRule.All : WidthRule.Letters };

        Assert.NotEmpty(kind);
        Assert.Equal(expected, Cleaned(SampleCorpus.Documents[id].Text, options));
    }

    [Fact]
    public void Apply_GoodDocuments_KeepsTheirWords()
    {
        foreach (var document in SampleCorpus.Good())
        {
            Assert.Equal(Squeezed(document.Text), Squeezed(Cleaned(document.Text, new CleanOptions { Width = WidthRule.Keep })));
        }

        static string Squeezed(string text) => string.Concat(text.Normalize().Where(c => !char.IsWhiteSpace(c)));
    }

    [Theory]
    [InlineData("Plain words, nothing to do.\n\nA second paragraph - with 3 numbers.")]
    [InlineData("河边的柳树又发芽了。“是吗？”他说——不信！（真的），再看……")]
    [InlineData("Smörgåsbord, cliché, naïve, CITÉ” and »Ö«: 20 °C, £3.50 · ½")]
    [InlineData("def f(x):\n    if x:\n        return '锟'\n\treturn 1")]
    [InlineData("👩‍👩‍👧 🤦‍♀️ ❤️ میخواهم نمی‌خواهم")]
    [InlineData("IRMÔ, “AMANHÔ, DIFÍCIL É”")]
    [InlineData("他说：“ＡＢ”")]
    public void Apply_NothingToDo_GivesTheSameRecord(string text)
    {
        var record = new Document { Id = "d", Text = text };

        Assert.Same(record, new Clean(new CleanOptions { Width = WidthRule.Keep }).Apply(record).Record);
    }

    [Theory]
    [InlineData(UnicodeForm.None, "cafe\u0301 ﬁn ①，…㎝", "cafe\u0301 ﬁn ①，…㎝")]
    [InlineData(UnicodeForm.Nfc, "cafe\u0301 ﬁn ①，…㎝", "café ﬁn ①，…㎝")]
    [InlineData(UnicodeForm.Nfkc, "cafe\u0301 ﬁn ①，…㎝", "café fin 1，…cm")]
    [InlineData(UnicodeForm.Nfkc, "ｶﾞ（好）！", "ガ（好）！")]
    [InlineData(UnicodeForm.Nfc, "か\u3099 \u1112\u1161\u11AB \u212B", "が 한 Å")]
    public void Unicode_Form_IsMade(UnicodeForm form, string text, string expected) =>
        Assert.Equal(expected, Cleaned(text, Nothing with { Unicode = form }));

    [Theory]
    [InlineData(WidthRule.Keep, "ＡＢＣ－２０００，１４：３０；５０％。（甲）", "ＡＢＣ－２０００，１４：３０；５０％。（甲）")]
    [InlineData(WidthRule.Letters, "ＡＢＣ－２０００，１４：３０；５０％。（甲）", "ABC-2000，14:30；50%。（甲）")]
    [InlineData(WidthRule.All, "ＡＢＣ－２０００，１４：３０；５０％。（甲）", "ABC-2000,14:30;50%。(甲)")]
    [InlineData(WidthRule.Letters, "14：30 甲：乙", "14:30 甲：乙")]
    public void Width_Rule_DecidesOnFullWidthForms(WidthRule rule, string text, string expected) =>
        Assert.Equal(expected, Cleaned(text, Nothing with { Width = rule }));

    [Theory]
    [InlineData(WhitespaceRule.Keep, 1, " 甲\u3000\u3000乙 \r\n\n\n\n  x \t y ", " 甲\u3000\u3000乙 \r\n\n\n\n  x \t y ")]
    [InlineData(WhitespaceRule.Tidy, 1, " 甲\u3000\u3000乙 \r\n\n\n\n  x \t y ", "甲 乙\n\n  x\ty")]
    [InlineData(WhitespaceRule.Flat, 1, " 甲\u3000\u3000乙 \r\n\n\n\n  x \t y ", "甲 乙\n\nx y")]
    [InlineData(WhitespaceRule.Tidy, 0, "甲\n\n\n乙", "甲\n乙")]
    [InlineData(WhitespaceRule.Tidy, 2, "甲\n\n\n\n乙", "甲\n\n\n乙")]
    [InlineData(WhitespaceRule.Tidy, 1, "\u3000\u3000段落一。\n\u3000\u3000段落二。", "段落一。\n段落二。")]
    [InlineData(WhitespaceRule.Tidy, 1, "a\u00A0b\rc\u2028d\u0085e\fg", "a b\nc\nd\ne\ng")]
    [InlineData(WhitespaceRule.Tidy, 1, "\n \n\tx\n \n", "x")]
    public void Whitespace_Rule_DecidesOnRunsAndLines(WhitespaceRule rule, int blankLines, string text, string expected) =>
        Assert.Equal(expected, Cleaned(text, Nothing with { Whitespace = rule, MaxBlankLines = blankLines }));

    [Theory]
    [InlineData(true, "a\u0000b\u001B[1;31mred\u001B[0m\u009Fc", "abredc")]
    [InlineData(false, "a\u0000b\u001B[1;31mred\u001B[0m\u009Fc", "a\u0000b\u001B[1;31mred\u001B[0m\u009Fc")]
    public void Controls_Flag_DecidesOnControlCharacters(bool remove, string text, string expected) =>
        Assert.Equal(expected, Cleaned(text, Nothing with { Controls = remove }));

    [Theory]
    [InlineData(true, "看\u200B不\uFEFF见 soft\u00ADhy\u2060phen \u202Etxt\u202C 中\u200D文 👩\u200D👧", "看不见 softhyphen txt 中文 👩\u200D👧")]
    [InlineData(false, "看\u200B不见", "看\u200B不见")]
    public void Invisible_Flag_DecidesOnCharactersWithoutWidth(bool remove, string text, string expected) =>
        Assert.Equal(expected, Cleaned(text, Nothing with { Invisible = remove }));

    [Theory]
    [InlineData(HtmlRule.Keep, "<p>a &lt; b</p>", "<p>a &lt; b</p>")]
    [InlineData(HtmlRule.Entities, "<p>a &lt; b &#20013;</p>", "<p>a < b 中</p>")]
    [InlineData(HtmlRule.Strip, "<p>甲<b>乙</b></p>丙&nbsp;丁", "\n甲乙\n丙\u00A0丁")]
    [InlineData(HtmlRule.Strip, "a<script type=\"x\">var x = '<b>';</script>b<!-- c -->d", "a\u0062\nd")]
    [InlineData(HtmlRule.Strip, "if a<b and c>d: List<string> x<y <b or c>", "if a<b and c>d: List<string> x<y <b or c>")]
    [InlineData(HtmlRule.Strip, "<a href=\"http://例.example/?a=1&amp;b=2\">链接</a><br/>完", "链接\n完")]
    public void Html_Rule_DecidesOnTagsAndEntities(HtmlRule rule, string text, string expected) =>
        Assert.Equal(expected, Cleaned(text, Nothing with { Html = rule }));

    [Fact]
    public void Mojibake_Drop_DropsWhatIsLostAndRepairsTheRest()
    {
        var step = new Clean(new CleanOptions { Mojibake = MojibakeRule.Drop });
        foreach (var entry in SampleCorpus.Entries("mojibake"))
        {
            var verdict = step.Apply(SampleCorpus.Documents[(string)entry["id"]!]);
            Assert.Equal((bool)entry["reversible"]! ? null : "mojibake", verdict.Reason);
        }

        Assert.All(SampleCorpus.Good().Where(document => !document.Text.Contains('\uFFFD')), document => Assert.Null(step.Apply(document).Reason));
        Assert.Null(new Clean(new CleanOptions { Mojibake = MojibakeRule.Drop, MaxLost = 0.9 }).Apply(SampleCorpus.Documents["en-moji-lost"]).Reason);
        Assert.Null(new Clean(new CleanOptions()).Apply(SampleCorpus.Documents["en-moji-lost"]).Reason);
        Assert.Equal("itâ€™s", Cleaned("itâ€™s", Nothing));
    }

    [Fact]
    public void Mojibake_AnyChineseReadWrongly_IsRepairedExactly()
    {
        var latin = Encoding.Latin1;
        var gbk = CodePagesEncodingProvider.Instance.GetEncoding(936)!;
        var options = new CleanOptions { Width = WidthRule.Keep };
        var readAsGbk = 0;
        foreach (var document in SampleCorpus.Good().Where(d => d.Id.StartsWith("zh-", StringComparison.Ordinal)).Take(60))
        {
            var text = Cleaned(document.Text, options);
            Assert.Equal(text, Cleaned(latin.GetString(Encoding.UTF8.GetBytes(text)), options));
            if (gbk.GetString(gbk.GetBytes(text)) == text && text.All(c => c < 0x80 || c is >= '\u4E00' and <= '\u9FFF' or '，' or '。'))
            {
                Assert.Equal(text, Cleaned(latin.GetString(gbk.GetBytes(text)), options));
            }

            // A sentence of an even number of characters, as far as GBK has all its bytes.
            foreach (var sentence in text.Split('\n').Select(line => line[..(line.Length / 2 * 2)]))
            {
                var bytes = Encoding.UTF8.GetBytes(sentence);
                var misread = gbk.GetString(bytes);
                if (sentence.Length >= 4 && bytes.Length == 3 * sentence.Length && misread.AsSpan().ContainsAny("锛銆鐨") && gbk.GetBytes(misread).AsSpan().SequenceEqual(bytes))
                {
                    Assert.Equal(sentence, Cleaned(misread, options));
                    readAsGbk++;
                }
            }
        }

        Assert.True(readAsGbk > 0);
    }

    [Theory]
    [InlineData("Ïðèâåò, ìèð! Êàê äåëà?")]
    [InlineData("Þetta er íslenska: ÞAÐ ER GÆÐI")]
    [InlineData("联通的技术联盟主页面")]
    public void Mojibake_OtherText_IsLeftAlone(string text) => Assert.Equal(text, Cleaned(text, new CleanOptions()));

    [Fact]
    public void Apply_NothingLeft_IsDroppedAsEmpty()
    {
        var step = new Clean(new CleanOptions());
        foreach (var text in new[] { "", " \t\n\u3000", "\u200B\uFEFF", "\0\u0001", "\uD800" })
        {
            Assert.Equal("empty", step.Apply(new Document { Id = "d", Text = text }).Reason);
        }

        Assert.Equal("empty", step.Apply(new Dialogue { Id = "d", Messages = [new("user", " "), new("assistant", "\n")] }).Reason);
        Assert.Equal("empty", step.Apply(new Instruction { Id = "i", Text = " ", Output = "x" }).Reason);
        Assert.Equal("empty", step.Apply(new Preference { Id = "p", Prompt = "问", Chosen = " ", Rejected = "x" }).Reason);
    }

    [Fact]
    public void Apply_OtherKinds_CleansAllTexts()
    {
        var step = new Clean(new CleanOptions());

        var instruction = (Instruction)step.Apply(new Instruction { Id = "i", Text = " 写 ", Input = "a\u200B", Output = "ｂ", System = "s\0" }).Record!;
        Assert.Equal(("写", "a", "b", "s"), (instruction.Text, instruction.Input, instruction.Output, instruction.System));

        var dialogue = (Dialogue)step.Apply(new Dialogue { Id = "d", Messages = [new("user", "问 "), new("assistant", "答")] }).Record!;
        Assert.Equal([new("user", "问"), new("assistant", "答")], dialogue.Messages);

        var preference = (Preference)step.Apply(new Preference { Id = "p", Prompt = "x ", Chosen = " y", Rejected = "z\r\n" }).Record!;
        Assert.Equal(("x", "y", "z"), (preference.Prompt, preference.Chosen, preference.Rejected));
        Assert.Same(preference, step.Apply(preference).Record);
    }

    [Fact]
    public void Apply_RandomTexts_IsStableAndTheSurveyMissesNothing()
    {
        for (var seed = 0; seed < 4000; seed++)
        {
            var random = new Random(seed);
            var options = RandomOptions(random);
            var text = RandomText(random);
            var step = new Clean(options);
            var cleaned = step.Text(text);

            Assert.Equal(cleaned, step.Text(cleaned));

            // What the survey passes by must be what the passes leave as it is.
            Assert.Equal(cleaned, NormalForm.Of(new CharacterPass(options).Run(cleaned), options.Unicode));
            Assert.Equal(cleaned, new CharacterPass(options).Run(cleaned));
        }
    }

    private static string Cleaned(string text, CleanOptions options) => new Clean(options).Text(text);

    private static CleanOptions RandomOptions(Random random) => new()
    {
        Unicode = (UnicodeForm)random.Next(3),
        Mojibake = (MojibakeRule)random.Next(3),
        Width = (WidthRule)random.Next(3),
        Whitespace = (WhitespaceRule)random.Next(3),
        Controls = random.Next(4) > 0,
        Invisible = random.Next(4) > 0,
        MaxBlankLines = random.Next(3),
    };

    // Mostly plain, so that single faults stand at every place of a vector.
    private static string RandomText(Random random)
    {
        string[] faults =
        [
            " ", "  ", "\n", "\n\n\n", "\t", "\r\n", "\r", "\u3000", "\u00A0", "\u2028", "\u200B", "\u200D", "\uFEFF", "\0", "\u001B[31m", "\u0085", "Ａ", "：", "１：２", "％",
            "e\u0301", "\u0301", "\u3099", "㎝", "´", "\uD83D\uDE00", "\uD83D", "\uDE00", "\uD87E\uDC00", "é", "Ã©", "â€™", "锛", "锟斤拷", "\uFFFE", "ﬁ", "，", "…", "“", "＝\u0338", "\u1112\u1161\u11AB", "ｶﾞ", "\u0344",
        ];
        var text = new StringBuilder();
        var density = random.Next(1, 30);
        for (var length = random.Next(0, 90); text.Length < length;)
        {
            text.Append(random.Next(density) == 0 ? faults[random.Next(faults.Length)] : random.Next(2) == 0 ? "词" : "w");
        }

        return text.ToString();
    }
}
