using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Ziya.Models.Tokenization;

namespace Ziya.Models.Tests.Tokenization;

public sealed partial class WordScannerTests
{
    [Theory]
    [InlineData("Hello world", "Hello| world")]
    [InlineData("it's  we'll 'save'", "it|'s| | we|'ll| '|save|'")]
    [InlineData("a\n\n  b\t", "a|\n\n | b|\t")]
    [InlineData("北京2026年，第３章", "北京|2026|年|，|第|３|章")]
    [InlineData("😀😀 𠀀𠀁 𝟙", "😀😀| 𠀀𠀁| 𝟙")]
    [InlineData("  ", "  ")]
    [InlineData(" ", " ")]
    [InlineData("a\u00A0b\u3000c", "a|\u00A0|b|\u3000|c")]
    public void Next_KnownText_CutsAsGpt2(string text, string words) => Assert.Equal(words, string.Join('|', Words(text, WordPattern.Gpt2)));

    [Theory]
    [InlineData("Hello world 20261123!", "Hello| world| |202|611|23|!")]
    [InlineData("IT'S  we'LL 'save'\n\n \n x", "IT|'S| | we|'LL| '|save|'\n\n| \n| x")]
    [InlineData("f(x);\r\n\treturn\t x", "f|(x|);\r\n|\treturn|\t| x")]
    [InlineData("北京2026年，第３章", "北京|202|6|年|，第|３|章")]
    public void Next_KnownText_CutsAsLlama3(string text, string words) => Assert.Equal(words, string.Join('|', Words(text, WordPattern.Llama3)));

    [Fact]
    public void Next_RandomTexts_CutAsTheExpression()
    {
        var random = new Random(3);
        string[] parts =
        [
            " ", "  ", "\n", "\t", "\r\n", "\u00A0", "\u3000", "\u0085", "\u2028", "\u180E", "\u200B", "'", "'s", "'S", "'ll", "'l", "'LL", "'Re", "'D", "'ſ", "'T", "\r", "'re", "'v", "'ve", "'d", "'m", "'t", "a", "Zebra",
            "é", "e\u0301", "ß", "ǅ", "ʰ", "中", "北京大学", "한국", "か", "ー", "々", "1", "42", "３", "²", "Ⅷ", "½", "٣", "零", "!", "，", "。", "_", "$", "😀", "👨‍👩‍👧", "𠀀", "𝒳", "𝟙", "𐄇", "\uFFFD", "\0",
        ];
        for (var i = 0; i < 20_000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => parts[random.Next(parts.Length)]));

            Assert.All(Enum.GetValues<WordPattern>().Skip(1), pattern => Assert.Equal(Slow(text, pattern), Words(text, pattern)));
        }
    }

    [Fact]
    public void Next_EveryCodePoint_CutsAsTheExpression()
    {
        foreach (var block in Enumerable.Range(0, 0x110000).Where(Rune.IsValid).Chunk(256))
        {
            var text = string.Concat(block.Select(value => $"x{new Rune(value)} {new Rune(value)}1{new Rune(value)}"));

            Assert.All(Enum.GetValues<WordPattern>().Skip(1), pattern => Assert.True(Slow(text, pattern).SequenceEqual(Words(text, pattern)), $"U+{block[0]:X4} and the 255 that follow"));
        }
    }

    private static List<string> Words(string text, WordPattern pattern)
    {
        var splitting = new WordSplitting { Words = pattern };
        var words = new List<string>();
        for (var at = 0; at < text.Length; at += words[^1].Length)
        {
            words.Add(text.Substring(at, splitting.NextWord(text.AsSpan(at))));
        }

        return words;
    }

    /// <summary>The expression itself. It knows no code points beyond U+FFFF, so one of the same kind stands in for each.</summary>
    private static List<string> Slow(string text, WordPattern pattern)
    {
        var runes = text.EnumerateRunes().ToArray();
        var stands = string.Concat(runes.Select(StandIn));
        var expression = pattern == WordPattern.Gpt2 ? Gpt2() : pattern == WordPattern.Llama3 ? Llama3() : Qwen2();
        return [.. expression.Matches(stands).Select(match => string.Concat(runes[match.Index..(match.Index + match.Length)]))];
    }

    private static char StandIn(Rune rune) => rune.IsBmp ? (char)rune.Value : Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => 'Ω',
        UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => '٣',
        _ => '€',
    };

    [GeneratedRegex(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+", RegexOptions.CultureInvariant)]
    private static partial Regex Gpt2();

    // The tokenizers that use it fold ſ to s, .NET does not.
    [GeneratedRegex(@"(?i:'s|'ſ|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+", RegexOptions.CultureInvariant)]
    private static partial Regex Llama3();

    [GeneratedRegex(@"(?i:'s|'ſ|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+", RegexOptions.CultureInvariant)]
    private static partial Regex Qwen2();
}
