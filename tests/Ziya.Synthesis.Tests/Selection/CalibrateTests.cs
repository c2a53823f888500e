using Ziya.Pipeline.Jobs;
using Ziya.Synthesis.Tests.Fixtures;

namespace Ziya.Synthesis.Tests.Selection;

public sealed class CalibrateTests : IDisposable
{
    private const string Models = "x: { tiny: llama }";

    private readonly SynthesisFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Run_KindsOfTasks_AreBroughtToOneScale(int workers)
    {
        var random = new Random(9);
        var records = Enumerable.Range(0, 200).Select(at => (
            Id: $"r{at:000}",
            Task: random.Next(4) switch { 0 => "写诗", 1 => "code", 2 => null, _ => "闲聊 chat" },
            Score: random.Next(10) == 0 ? (double?)null : Math.Round((random.NextDouble() * 8) - 4, 2))).ToList();
        records.Add(("alone", "alone", 3.5));
        _folder.Write([.. records.Select(record =>
            $$"""{"id":"{{record.Id}}","instruction":"x","output":"y"{{(record.Task is null ? "" : $",\"task\":\"{record.Task}\"")}}{{(record.Score is null ? "" : FormattableString.Invariant($",\"scores\":{{\"reward\":{record.Score}}}"))}}}""")]);

        // A record without the score passes here; the condition behind it can be asked of all kinds alike.
        _folder.Run(Models, "calibrate: { by: scores.reward }", workers: workers);

        var groups = records.Where(record => record.Score is not null).GroupBy(record => record.Task ?? "").ToDictionary(group => group.Key, group => group.Select(record => record.Score!.Value).ToList());
        Assert.All(_folder.Output().Zip(records), pair =>
        {
            var values = groups.GetValueOrDefault(pair.Second.Task ?? "", []);
            var deviation = values.Count == 0 ? 0 : Math.Sqrt(values.Average(value => Math.Pow(value - values.Average(), 2)));
            var calibrated = (double?)pair.First["scores"]?["reward_calibrated"];
            Assert.Equal(pair.Second.Score is null, calibrated is null);
            Assert.Equal(pair.Second.Score is { } score && deviation > 0 ? (score - values.Average()) / deviation : 0, calibrated ?? 0, 9);
        });
    }

    [Fact]
    public void Parse_WhatItReadsAndWrites_IsChecked()
    {
        _folder.Write("""{"id":"1","instruction":"x"}""");
        Assert.Contains("reads 'reward', which nothing before it writes", Assert.Throws<JobFaultException>(() => _folder.Job(Models, "calibrate")).Message, StringComparison.Ordinal);
        _folder.Job(Models, "rule_reward, calibrate: { by: rule_reward, within: language }, select: { where: \"rule_reward_calibrated > -1\" }");
        Assert.Contains("there is no field 'length'", Assert.Throws<JobFaultException>(() => _folder.Job(Models, "calibrate: { by: scores.reward, within: length }")).Message, StringComparison.Ordinal);
    }
}
