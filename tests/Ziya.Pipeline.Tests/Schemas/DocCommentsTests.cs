using System.Xml.Linq;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Schemas;

namespace Ziya.Pipeline.Tests.Schemas;

public sealed class DocCommentsTests
{
    [Theory]
    [InlineData("\n  Megabytes\n  of 内存. \n", "Megabytes of 内存.")]
    [InlineData("Not <c>zh</c>.", "Not `zh`.")]
    [InlineData("As <see cref=\"P:A.B.ShardMb\"/>, <see cref=\"T:A.Bucket`1\"/> or <see cref=\"M:A.B.Go(System.Int32)\"/>.", "As `shard_mb`, `Bucket` or `Go`.")]
    [InlineData("<see langword=\"null\"/> at <see href=\"https://example.com/a.b\"/>", "`null` at https://example.com/a.b")]
    [InlineData("<see cref=\"T:A.B\">the b</see>", "the b")]
    [InlineData("One. <para> Two. </para> <list><item>a</item> <item>b</item></list>", "One.\nTwo.\n- a\n- b")]
    public void Text_Summary_IsPlain(string summary, string text) =>
        Assert.Equal(text, DocComments.Text(XElement.Parse($"<summary>{summary}</summary>", LoadOptions.PreserveWhitespace)));

    [Fact]
    public void Of_TypesPropertiesAndChoices_AreFound()
    {
        var docs = new DocComments();
        Assert.StartsWith("A job:", docs.Of(typeof(Job)), StringComparison.Ordinal);
        Assert.StartsWith("Name of the job", docs.Of(typeof(Job).GetProperty(nameof(Job.Name))!), StringComparison.Ordinal);
        Assert.StartsWith("GB18030", docs.Of(typeof(TextEncoding).GetField(nameof(TextEncoding.Gb18030))!), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_PropertyOfAPositionalRecord_IsItsParameter() =>
        Assert.NotNull(new DocComments().Of(typeof(Writing.ManifestFile).GetProperty(nameof(Writing.ManifestFile.Sha256))!));
}
