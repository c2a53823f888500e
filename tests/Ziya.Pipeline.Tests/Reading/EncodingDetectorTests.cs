using System.Text;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Reading;

namespace Ziya.Pipeline.Tests.Reading;

public sealed class EncodingDetectorTests
{
    private const string Simplified = "这是一段普通的中文，说的是城里的天气和人们的生活。今天下雨，大家都没有出门。";
    private const string Traditional = "這是一段普通的中文，說的是城裡的天氣和人們的生活。今天下雨，大家都沒有出門。";

    static EncodingDetectorTests() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    [Theory]
    [InlineData(Simplified, "utf-8", TextEncoding.Utf8)]
    [InlineData(Simplified, "gb18030", TextEncoding.Gb18030)]
    [InlineData(Traditional, "big5", TextEncoding.Big5)]
    [InlineData(Traditional, "gb18030", TextEncoding.Gb18030)]
    [InlineData("plain ASCII text", "us-ascii", TextEncoding.Utf8)]
    [InlineData("un café crème, s'il vous plaît, près de la fenêtre", "windows-1252", TextEncoding.Utf8)]
    [InlineData("", "utf-8", TextEncoding.Utf8)]
    public void Detect_Text_FindsItsEncoding(string text, string encoding, TextEncoding expected) =>
        Assert.Equal(expected, EncodingDetector.Detect(Encoding.GetEncoding(encoding).GetBytes(text)));

    [Fact]
    public void Detect_ByteOrderMarks_Decide()
    {
        Assert.Equal(TextEncoding.Utf16, EncodingDetector.Detect([.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes(Simplified)]));
        Assert.Equal(TextEncoding.Utf16, EncodingDetector.Detect([.. Encoding.BigEndianUnicode.GetPreamble(), .. Encoding.BigEndianUnicode.GetBytes(Simplified)]));
    }

    [Fact]
    public void Detect_SampleCutAnywhere_StaysTheSame()
    {
        foreach (var (text, encoding, expected) in new[] { (Simplified, "utf-8", TextEncoding.Utf8), (Simplified, "gb18030", TextEncoding.Gb18030), (Traditional, "big5", TextEncoding.Big5) })
        {
            var bytes = Encoding.GetEncoding(encoding).GetBytes(text);
            for (var length = 12; length <= bytes.Length; length++)
            {
                Assert.Equal(expected, EncodingDetector.Detect(bytes.AsSpan(0, length)));
            }
        }
    }

    [Fact]
    public void Detect_Utf8WithDamage_StaysUtf8()
    {
        byte[] bytes = [.. Encoding.UTF8.GetBytes(Simplified), 0xff, 0xc3, .. Encoding.UTF8.GetBytes(Simplified)];
        Assert.Equal(TextEncoding.Utf8, EncodingDetector.Detect(bytes));
    }

    [Fact]
    public void Detect_Utf16WithoutAMark_IsFoundByItsZeros() =>
        Assert.Equal(TextEncoding.Utf16, EncodingDetector.Detect(Encoding.Unicode.GetBytes("The lamp on the hill, 灯塔, was lit every night.")));

    [Theory]
    [InlineData("euc-jp")]
    [InlineData("shift_jis")]
    [InlineData("utf-32")]
    public void Detect_NeitherChineseNorUnicodeInUse_IsLeftToBeQuarantined(string encoding)
    {
        var coded = Encoding.GetEncoding(encoding);
        Assert.Equal(TextEncoding.Utf8, EncodingDetector.Detect([.. coded.GetPreamble(), .. coded.GetBytes("これは日本語の文章です。灯台が海を照らしている。私は毎日ここに来ます。")]));
    }
}
