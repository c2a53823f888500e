using Ziya.Corpus.Evaluation;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Tests.Evaluation;

public sealed class ComplyTests : IDisposable
{
    private readonly string _list = Path.GetTempFileName();

    public void Dispose() => File.Delete(_list);

    [Theory]
    [InlineData("联系电话：13800138000，请找王先生。", "privacy")]
    [InlineData("Write to jane.doe@example.com for the key.", "privacy")]
    [InlineData("加微信领取优惠，货到付款，娱乐城注册送彩金，欢迎咨询。", "advertising")]
    [InlineData("段落<br/>里面有标签&nbsp;。", "html")]
    [InlineData("<p class=\"x\">left over</p>", "html")]
    [InlineData("他说了坏话词。", "toxic")]
    [InlineData("A nastyword there.", "toxic")]
    public void Run_OneOfTen_FailsAboveTheLimitAlone(string planted, string reason)
    {
        File.WriteAllText(_list, "坏话词\nnastyword\n");
        Record[] records = [Text(0, planted), .. Enumerable.Range(1, 9).Select(at => Text(at, at % 2 == 0 ? "今天天气很好，我们去公园散步。" : "It rained all day, so we stayed in."))];
        Assert.All([1, 3], shards =>
        {
            var kept = GlobalStepRunner.Run(() => Step(0.1), records, shards, 3);
            Assert.Equal(records, kept.Select(pair => pair.Record));
            Assert.All(kept, pair => Assert.Null(pair.Drop));
            var fault = Assert.Throws<JobFailedException>(() => GlobalStepRunner.Run(() => Step(0.09), records, shards, 3));
            Assert.Equal($"step 'comply': of 10 records looked at too many have: {reason} 1 (10 %); at most 9 % may. Nothing was written. Filter more before it, or raise 'most'", fault.Message);
        });
    }

    [Fact]
    public void Reduce_FewEnough_SaysWhatWasMeasured()
    {
        var stage = new Comply(new ComplyOptions { Most = 0.5 }).Stages[0];

        stage.Reduce(new byte[] { 0b0010, 0b0011, 0, 0, 0 }.Select(found => new Entry(new byte[] { found })), null!);

        Assert.Equal("of 5 records looked at have: privacy 1, advertising 2, html 0; at most 50 % may.", Assert.Single(stage.Warnings));
    }

    [Fact]
    public void Run_NothingLookedAt_FailsSinceThatProvesNothing()
    {
        Record[] records = [Text(0, "今天天气很好。"), Text(1, "It rained.")];
        Assert.Contains("no record was looked at", Assert.Throws<JobFailedException>(() => GlobalStepRunner.Run(() => new Comply(new ComplyOptions { Most = 1, Rate = 1e-6 }), records, 1, 1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_ListThatIsNotThere_IsTold() =>
        Assert.Contains("nothere.txt", Assert.Single(new Comply(new ComplyOptions { Most = 0, Toxic = ["nothere.txt"] }).Check()), StringComparison.Ordinal);

    private Comply Step(double most) => new(new ComplyOptions { Most = most, Rate = 1, Toxic = [_list] });

    private static Document Text(int at, string text) => new() { Id = $"d{at}", Text = text };
}
