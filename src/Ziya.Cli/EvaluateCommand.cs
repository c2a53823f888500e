using System.CommandLine;

namespace Ziya.Cli;

/// <summary><c>ziya evaluate</c>.</summary>
internal static class EvaluateCommand
{
    public static Command Make() => new("evaluate", """
        Compares what two models answer, by people who do not know whose answer is whose and by a model; and judges samples of datasets.

        A comparison, from two datasets of answers to the same instructions, A and B:
          ziya evaluate pair A B --out pairs.jsonl         what both were asked, with both answers: instructions with two candidates
          ziya evaluate export pairs.jsonl --out blind.html      a page for people; blind.key.json stays with you
          ziya evaluate import blind.key.json judged-*.json      win rates and how far the judges agree
          ziya run jobs/judge-sample.yaml                  step judge lets a model compare them, in both orders
          ziya evaluate judged out/judge-sample            its win rates, and whether the order swayed it
        A job that answers with several models (answer: { model: [a, b] }) makes such instructions by itself.
        """)
    {
        EvaluatePairCommand.Make(),
        EvaluateExportCommand.Make(),
        EvaluateImportCommand.Make(),
        EvaluateJudgedCommand.Make(),
        EvaluateRewardsCommand.Make(),
        EvaluateReviewCommand.Make(),
        EvaluateDataCommand.Make(),
    };
}
