using System.Globalization;
using Spectre.Console;
using Ziya.Pipeline.Plans;

namespace Ziya.Cli;

/// <summary>What a job will ask of its models, as a table.</summary>
internal static class CostTable
{
    /// <summary>Writes it to the console.</summary>
    public static void Show(CostEstimate estimate)
    {
        var table = new Table { Border = TableBorder.Simple }.AddColumn("step").AddColumn("model");
        foreach (var column in (string[])["requests", "prompt tokens", "answer tokens", "cost"])
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        foreach (var (step, use, cost) in estimate.Steps)
        {
            table.AddRow(new Text(step), new Text(use.Model), Number(use.Requests), Number(use.PromptTokens), Number(use.CompletionTokens), new Text(Money(cost)));
        }

        AnsiConsole.Write(table);
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"By {estimate.Sampled:N0} of about {estimate.Records:N0} records. At most: as if no step dropped any, and every answer were as long as it may be. Prompts by their characters."));
        if (estimate.Steps.Any(step => step.Cost is not null))
        {
            Console.Out.WriteLine($"Together {Money(estimate.Steps.Sum(step => step.Cost ?? 0))} at most, in the currency of prompt_price and completion_price. No run goes beyond budget_cost.");
        }

        foreach (var step in estimate.Unknown)
        {
            Console.Out.WriteLine($"Step '{step}' asks too, about records that a step before it makes: nothing is known of those.");
        }
    }

    private static Text Number(double value) => new(value.ToString("N0", CultureInfo.InvariantCulture));

    private static string Money(double? cost) => cost?.ToString(cost < 100 ? "N2" : "N0", CultureInfo.InvariantCulture) ?? "";
}
