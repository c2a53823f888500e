using System.Globalization;
using System.Text.Json.Nodes;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Filtering.Contamination;

/// <summary>
/// Finds records that hold items of evaluation sets: so many words or Chinese characters in a row that both have. After GPT-3 (Brown et al. 2020, arXiv:2005.14165, appendix C), with n-grams of
/// characters where there are no spaces between words. As the last step of a job that generates, it keeps what models know by heart from being written.
/// </summary>
/// <remarks>
/// <list type="number">
/// <item>Of every text of an item all n-grams are looked for: 13 words, or 20 characters where most of the text is in a script without spaces; of a shorter text the whole. Width, case, punctuation and
/// white space do not count. What more than `common` items share is left out.</item>
/// <item>A record is all it says: of an instruction system prompt, input, answer and candidates too. It gets the scores <c>contamination</c>, the share of its words and characters in matches, and
/// <c>contamination_of_item</c>, the greatest share of an item's n-grams.</item>
/// <item><c>contaminated</c>: the first is above `max_share` and the second not below `min_item_share`. The drop names file and item and shows the spans; with `mode: tag` they are kept as `meta.contamination`.</item>
/// </list>
/// </remarks>
[Step("decontaminate")]
public sealed class Decontaminate(DecontaminateOptions options) : Step<Record, Record>
{
    private const string OfText = "contamination";
    private const string OfItem = "contamination_of_item";

    private Overlap? _overlap;

    /// <inheritdoc/>
    public override IEnumerable<string> Writes => [OfText, OfItem];

    /// <inheritdoc/>
    public override IEnumerable<string> Check() => options.Against.Count == 0 ? ["'against' names no evaluation set."] : Try(out _) is { } fault ? [fault] : [];

    /// <inheritdoc/>
    public override IEnumerable<string> Notes()
    {
        if (options.Against.Count == 0 || Try(out var index) is not null)
        {
            return [];
        }

        var bytes = (double)index!.Grams * EvaluationIndex.GramBytes / (1 << 20);
        return [string.Create(CultureInfo.InvariantCulture, $"looks for {index.Grams} n-grams of {index.Items.Count} items ({bytes:0.#} MB){(index.Short == 0 ? "" : $"; too short to be found: {index.Short}")}.")];
    }

    /// <inheritdoc/>
    public override string Version()
    {
        try
        {
            return ListFile.Version(options.Against.SelectMany(EvaluationIndex.Files));
        }
        catch (InvalidDataException)
        {
            // Check tells it.
            return "";
        }
    }

    /// <inheritdoc/>
    public override Verdict<Record> Apply(Record record)
    {
        ArgumentNullException.ThrowIfNull(record);
        var overlap = _overlap ??= new Overlap(Shared(string.Join('|', options.Against.Concat(options.Fields)) + options, () => EvaluationIndex.Build(options)));

        // 2.
        overlap.Measure(Text(record));
        var (ofText, ofItem) = (Math.Round(overlap.OfText, 6), Math.Round(overlap.OfItem, 6));
        var contaminated = overlap.OfText > options.MaxShare && overlap.OfItem >= options.MinItemShare;

        // 3.
        if (contaminated && options.Mode == RuleMode.Drop)
        {
            return new Drop("contaminated", new JsonObject { ["share"] = ofText, ["share_of_item"] = ofItem, ["matches"] = overlap.Matches() });
        }

        record = record with { Scores = record.Scores.With([new(OfText, ofText), new(OfItem, ofItem)]) };
        return contaminated ? record with { Meta = record.Meta.WithJson(OfText, System.Text.Encoding.UTF8.GetBytes(overlap.Matches().ToJsonString(JsonText.Options))) } : record;
    }

    private static string Text(Record record) => record switch
    {
        Instruction instruction => string.Join('\n', [instruction.System, instruction.Content, .. instruction.Candidates.Select(candidate => candidate.Output)]),
        Preference { System: { } system } => $"{system}\n{record.Content}",
        _ => record.Content,
    };

    private string? Try(out EvaluationIndex? index)
    {
        index = null;
        try
        {
            index = EvaluationIndex.Build(options);
            return null;
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return exception.Message;
        }
    }
}
