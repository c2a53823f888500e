using System.Text.Json.Nodes;
using Ziya.Cli.Tests;
using Ziya.Models.Prompts;
using Ziya.Models.Reward;
using Ziya.Models.Scoring;

namespace Ziya.Models.Tests.Reward;

public sealed class RewardCalibrationTests
{
    private const string Variable = "ZIYA_REWARD_MODEL";

    [Fact]
    public async Task Score_ZiyasWeights_AreTheScoresOfTheCard()
    {
        var folder = Environment.GetEnvironmentVariable(Variable);
        Assert.SkipWhen(string.IsNullOrEmpty(folder), $"needs the exported Ziya-LLaMA-7B-Reward, its folder in {Variable}");
        using var reward = RewardModel.Open("reward", folder!, PromptTemplates.Load("ziya-reward"), new ScoringOptions());
        foreach (var line in File.ReadLines(Repository.PathOf("samples/reward/reward_reference.jsonl")))
        {
            var example = JsonNode.Parse(line)!;
            var score = await reward.Score(RewardModelTests.Turn((string)example["question"]!, (string)example["answer"]!), default);

            // Two decimals, computed in halves.
            Assert.Equal((double)example["score"]!, score.Score, 0.1);
        }
    }
}
