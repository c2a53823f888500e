using Ziya.Pipeline.Records;
using Ziya.Synthesis.Evaluation;

namespace Ziya.Synthesis.Tests.Evaluation;

public sealed class RewardAccuracyTests
{
    [Fact]
    public void Of_Preferences_CountsByLanguageTaskAndLength()
    {
        Record[] records =
        [
            Preference("zh", "writing", "长长的回答", "短", 0.4), Preference("zh", "writing", "长长的回答", "短", -0.1), Preference("zh", "math", "短", "长长的回答", 0),
            Preference("en", "math", "b", "longer", 1), new Document { Id = "d", Text = "t" }, Preference("en", null, "b", "c", 2) with { Scores = Scores.Empty },
        ];
        var accuracy = RewardAccuracy.Of(records);
        Assert.Equal(2, accuracy.Unscored);
        Assert.Equal(
            [("all", 2, 1, 1), ("language zh", 1, 1, 1), ("language en", 1, 0, 0), ("task math", 1, 1, 0), ("task writing", 1, 0, 1), ("chosen longer", 1, 0, 1), ("chosen shorter", 1, 1, 0)],
            accuracy.Rows.Select(row => (row.Name, (int)row.Rate.Wins, (int)row.Rate.Ties, (int)row.Rate.Losses)));
        Assert.Equal(0.625, accuracy.Rows[0].Rate.Rate);
        Assert.Empty(RewardAccuracy.Of([]).Rows);
    }

    private static Pipeline.Records.Preference Preference(string language, string? task, string chosen, string rejected, double margin) => new()
    {
        Id = $"{language}{task}{margin}",
        Prompt = "p",
        Chosen = chosen,
        Rejected = rejected,
        Language = language,
        Meta = Fields.Empty.With("task", task),
        Scores = Scores.Empty.With("reward", 1).With("reward_margin", margin),
    };
}
