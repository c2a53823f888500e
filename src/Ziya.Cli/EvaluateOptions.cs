using System.CommandLine;
using Ziya.Pipeline.Reading;
using Ziya.Synthesis.Evaluation;

namespace Ziya.Cli;

/// <summary>What the commands of <c>ziya evaluate</c> have in common.</summary>
internal static class EvaluateOptions
{
    /// <summary>What a dataset may be, for descriptions.</summary>
    public const string Dataset = "A dataset's folder, a run folder, a JSONL file or a pattern in quotes.";

    public static Option<string?> Names()
    {
        var names = new Option<string?>("--names") { HelpName = "A,B", Description = "The two that are compared: A is judged against B. Default: the names of the files, or of the first two models there are." };
        names.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text && NamesOf(text) is null)
            {
                result.AddError($"--names is '{text}', expected two different names with a comma between.");
            }
        });
        return names;
    }

    public static Option<int> Count(int count, string what) => Least(1, new Option<int>("--count") { HelpName = "N", Description = what, DefaultValueFactory = _ => count });

    public static Option<ulong> Seed() => new("--seed") { HelpName = "N", Description = "What is drawn by: records, their order, and the sides. Default 42.", DefaultValueFactory = _ => 42 };

    public static Option<string?> Json() => new("--json") { HelpName = "FILE", Description = "Writes the figures as JSON too." };

    /// <summary>Two names from <c>A,B</c>; null where it is not that.</summary>
    public static (string First, string Second)? NamesOf(string? text) =>
        text?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) is [var first, var second] && first != second ? (first, second) : null;

    /// <summary>The pairs of one dataset or of two.</summary>
    public static AnswerPairs Pairs(string first, string? second, string? names)
    {
        var one = RecordFiles.Open(first, Catalog.All);
        if (second is null)
        {
            return AnswerPairs.Of(one, NamesOf(names));
        }

        var both = NamesOf(names) ?? (NameOf(first), NameOf(second));
        return both.First != both.Second ? AnswerPairs.Of(one, RecordFiles.Open(second, Catalog.All), both)
            : throw new InvalidDataException($"Both datasets would be called '{both.First}'. Name them: --names A,B.");
    }

    private static string NameOf(string path) => Path.GetFileName(path.TrimEnd('/')).Split('.')[0];

    private static Option<int> Least(int least, Option<int> option)
    {
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && (!int.TryParse(token.Value, out var count) || count < least))
            {
                result.AddError($"{option.Name} is '{token.Value}', expected a whole number from {least} on.");
            }
        });
        return option;
    }
}
