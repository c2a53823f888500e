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
        if (estimate.Steps.Count == 0 && estimate.Unknown.Count == 0)
        {
            Console.Out.WriteLine("No step asks a model.");
            return;
        }

        var (hasCost, hasTime) = (estimate.Steps.Any(step => step.Cost is not null), estimate.Steps.Any(step => step.Time is not null));
        var table = new Table { Border = TableBorder.Simple }.AddColumn("step").AddColumn("model");
        foreach (var column in (string[])["requests", "prompt tokens", "answer tokens", .. hasCost ? ["cost"] : Array.Empty<string>(), .. hasTime ? ["device time"] : Array.Empty<string>()])
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        foreach (var (step, use, cost, time) in estimate.Steps)
        {
            Text[] more = [.. hasCost ? [new Text(Money(cost))] : Array.Empty<Text>(), .. hasTime ? [new Text(time is null ? "" : $"{Duration(time.Seconds)} {time.Device}")] : Array.Empty<Text>()];
            table.AddRow([new Text(step), new Text(use.Model), Number(use.Requests), Number(use.PromptTokens), Number(use.CompletionTokens), .. more]);
        }

        AnsiConsole.Write(table);
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"By {estimate.Sampled:N0} of about {estimate.Records:N0} records. At most: as if no step dropped any, and every answer were as long as it may be. Prompts by their characters."));
        if (hasCost)
        {
            Console.Out.WriteLine($"Together {Money(estimate.Steps.Sum(step => step.Cost ?? 0))} at most, in the currency of prompt_price and completion_price. No run goes beyond budget_cost.");
        }

        if (hasTime)
        {
            Console.Out.WriteLine("Device time is for reading the weights and multiplying by them alone, by gb_per_second and tflops of the entry or what is usual; real time is longer, and there are as many tokens as that at most.");
        }

        foreach (var step in estimate.Unknown)
        {
            Console.Out.WriteLine($"Step '{step}' asks too, about records that a step before it makes: nothing is known of those.");
        }
    }

    private static Text Number(double value) => new(value.ToString("N0", CultureInfo.InvariantCulture));

    private static string Duration(double seconds) => seconds switch
    {
        < 120 => $"{seconds.ToString("N0", CultureInfo.InvariantCulture)} s",
        < 7200 => $"{(seconds / 60).ToString("N0", CultureInfo.InvariantCulture)} min",
        _ => $"{(seconds / 3600).ToString("N0", CultureInfo.InvariantCulture)} h",
    };

    private static string Money(double? cost) => cost?.ToString(cost < 100 ? "N2" : "N0", CultureInfo.InvariantCulture) ?? "";
}
