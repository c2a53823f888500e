using System.Globalization;
using System.Text;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Runs;

namespace Ziya.Pipeline.Writing;

/// <summary>The README.md of a dataset: the metadata keys that dataset hubs read, then what people want to know.</summary>
internal static class DatasetCard
{
    /// <summary>A line by which a card of ours is known.</summary>
    public const string Signature = "<!-- written by ziya; changes here are lost when the job runs again -->";

    private static readonly (long Below, string Name)[] Sizes =
    [
        (1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"), (10_000_000, "1M<n<10M"),
        (100_000_000, "10M<n<100M"), (1_000_000_000, "100M<n<1B"), (10_000_000_000, "1B<n<10B"), (100_000_000_000, "10B<n<100B"),
    ];

    /// <summary>The card in Markdown.</summary>
    public static string Write(Job job, Manifest manifest, RecordCounts counts, IReadOnlyList<FunnelStep> funnel, RecordStats stats, IReadOnlyList<ModelReport>? models)
    {
        var card = new StringBuilder();
        FrontMatter(card, job, manifest, stats, models);
        card.Append(CultureInfo.InvariantCulture, $"{Signature}\n\n# {job.Name}\n\n");
        if (job.Description is { } description)
        {
            card.Append(CultureInfo.InvariantCulture, $"{description}\n\n");
        }

        card.Append(CultureInfo.InvariantCulture, $"{manifest.Rows:N0} records in {manifest.Files.Count} files, {stats.Written.Characters:N0} characters{(manifest.Tokens is { } tokens ? $", {tokens:N0} tokens" : "")}. ");
        card.Append(CultureInfo.InvariantCulture, $"Made by run `{manifest.Run}` with seed {manifest.Seed} from {string.Join(", ", job.Input.Read.Select(read => $"`{read}`"))}. ");
        card.Append("`manifest.json` lists every file with its rows and SHA-256.\n\n");
        Folders(card, manifest);
        Groups(card, manifest);
        if (manifest.TokenFiles is { } files)
        {
            card.Append(CultureInfo.InvariantCulture, $"Token files as Megatron-LM's `IndexedDataset` reads them: `{files.Type}` of `{files.Tokenizer}` ({files.Vocabulary:N0} ids), ");
            card.Append(files.Context is { } context ? string.Create(CultureInfo.InvariantCulture, $"in contexts of {context} tokens; `.pieces` has the lengths of what each is made of") : "a sequence a record");
            card.Append(files.LossMask ? "; `.mask` has 1 where a token is learned.\n\n" : ".\n\n");
        }

        Funnel(card, counts, funnel);
        Models(card, models);
        Prompts(card, stats);
        card.Append("## How it was made\n\n```yaml\n").Append(JobYaml.Write(job)).Append("```\n");
        return card.ToString();
    }

    private static void FrontMatter(StringBuilder card, Job job, Manifest manifest, RecordStats stats, IReadOnlyList<ModelReport>? models)
    {
        card.Append("---\n");
        var languages = stats.Written.Language.Where(pair => pair.Key.Length == 2).OrderByDescending(pair => pair.Value).Select(pair => pair.Key).ToList();
        if (languages.Count > 0)
        {
            card.Append("language:\n");
            languages.ForEach(language => card.Append(CultureInfo.InvariantCulture, $"- {language}\n"));
        }

        var size = Sizes.FirstOrDefault(size => manifest.Rows < size.Below, (0, "100B<n<1T")).Item2;
        card.Append(CultureInfo.InvariantCulture, $"pretty_name: \"{job.Name}\"\nsize_categories:\n- {size}\n");
        card.Append("task_categories:\n- text-generation\n");
        var isPairs = stats.Kept.Any(example => example.Parts?.Any(part => part.Name == "chosen") == true);
        var isMade = models?.Any(model => model.Made.Count > 0) == true || stats.Prompts is not null;
        if (isMade)
        {
            card.Append("annotations_creators:\n- machine-generated\nlanguage_creators:\n- machine-generated\n");
        }

        if (isPairs || isMade)
        {
            card.Append("tags:\n").Append(isMade ? "- synthetic\n" : "").Append(isPairs ? "- preference\n- dpo\n" : "");
        }

        if (manifest.TokenFiles is null)
        {
            Configs(card, manifest);
        }

        card.Append("---\n\n");
    }

    private static void Configs(StringBuilder card, Manifest manifest)
    {
        // A split may be named once only; it takes a list of paths.
        card.Append("configs:\n- config_name: default\n  data_files:\n  - split: train\n    path:\n");
        foreach (var folder in manifest.Files.Select(file => Folder(file.Path)).Distinct())
        {
            card.Append(CultureInfo.InvariantCulture, $"    - \"{(folder.Length == 0 ? "" : folder + "/")}*.jsonl*\"\n");
        }
    }

    private static void Folders(StringBuilder card, Manifest manifest)
    {
        var counted = manifest.Tokens is not null;
        card.Append("| folder | files | records | bytes |").Append(counted ? " tokens |\n|---|--:|--:|--:|--:|\n" : "\n|---|--:|--:|--:|\n");
        foreach (var folder in manifest.Files.GroupBy(file => Folder(file.Path)))
        {
            var name = folder.Key.Length == 0 ? "." : folder.Key;
            card.Append(CultureInfo.InvariantCulture, $"| `{name}` | {folder.Count()} | {folder.Sum(file => file.Rows):N0} | {folder.Sum(file => file.Bytes):N0} |");
            card.Append(counted ? string.Create(CultureInfo.InvariantCulture, $" {folder.Sum(file => file.Tokens):N0} |\n") : "\n");
        }

        card.Append('\n');
    }

    private static void Groups(StringBuilder card, Manifest manifest)
    {
        var counted = manifest.Tokens is not null;
        card.Append("| language | bucket | records | characters |").Append(counted ? " tokens |\n|---|---|--:|--:|--:|\n" : "\n|---|---|--:|--:|\n");
        foreach (var group in manifest.Groups)
        {
            card.Append(CultureInfo.InvariantCulture, $"| {group.Language ?? "?"} | {group.Bucket ?? ""} | {group.Records:N0} | {group.Characters:N0} |");
            card.Append(counted ? string.Create(CultureInfo.InvariantCulture, $" {group.Tokens:N0} |\n") : "\n");
        }

        card.Append('\n');
    }

    private static void Funnel(StringBuilder card, RecordCounts counts, IReadOnlyList<FunnelStep> funnel)
    {
        card.Append("## What was left out\n\n| step | reason | records |\n|---|---|--:|\n");
        card.Append(CultureInfo.InvariantCulture, $"| read | | {counts.Read:N0} |\n| quarantine | could not be read | {counts.Quarantined:N0} |\n");
        foreach (var step in funnel)
        {
            if (step.Created > 0)
            {
                card.Append(CultureInfo.InvariantCulture, $"| {step.Step} | made | +{step.Created:N0} |\n");
            }

            foreach (var (reason, count) in step.Dropped)
            {
                card.Append(CultureInfo.InvariantCulture, $"| {step.Step} | {reason} | {count:N0} |\n");
            }
        }

        card.Append(CultureInfo.InvariantCulture, $"| written | | {counts.Written:N0} |\n\n");
    }

    private static void Models(StringBuilder card, IReadOnlyList<ModelReport>? models)
    {
        if (models is null)
        {
            return;
        }

        card.Append("## Models\n\nThe licences of models may bind what they made: see to it before this is published.\n\n| model | is | licence | answers | tokens of answers | records here, by its part |\n|---|---|---|--:|--:|---|\n");
        foreach (var model in models)
        {
            var made = string.Join(", ", model.Made.Select(part => string.Create(CultureInfo.InvariantCulture, $"{part.Key} {part.Value:N0}")));
            card.Append(CultureInfo.InvariantCulture, $"| {Cell(model.Name)} | {Cell(model.Is ?? "not of this job")} | {Cell(model.License ?? "not said")} | {model.Asked.Values.Sum(usage => usage.Requests):N0} | {model.Asked.Values.Sum(usage => usage.CompletionTokens):N0} | {Cell(made)} |\n");
        }

        card.Append('\n');
    }

    private static void Prompts(StringBuilder card, RecordStats stats)
    {
        if (stats.Prompts is null)
        {
            return;
        }

        card.Append("## Prompts\n\n| prompt, language and version | records here |\n|---|--:|\n");
        foreach (var (prompt, count) in stats.Prompts)
        {
            card.Append(CultureInfo.InvariantCulture, $"| {Cell(prompt)} | {count:N0} |\n");
        }

        card.Append('\n');
    }

    private static string Cell(string text) => text.ReplaceLineEndings(" ").Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);

    private static string Folder(string path) => path.LastIndexOf('/') is var slash and >= 0 ? path[..slash] : "";
}
