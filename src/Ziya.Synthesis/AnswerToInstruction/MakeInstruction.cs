using System.Globalization;
using System.Text.Json.Nodes;
using Ziya.Models.Generation;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Scoring;
using Ziya.Pipeline.Steps;
using Ziya.Synthesis.EvolInstruct;
using Ziya.Synthesis.Prompts;
using Ziya.Synthesis.Rating;

namespace Ziya.Synthesis.AnswerToInstruction;

/// <summary>
/// Makes instructions for texts that are good answers already: instruction back-translation (Li et al. 2023, "Humpback", arXiv:2308.06259), by which Ziya-Writing's data was made. Takes
/// documents, passes on instructions whose output is a passage, in Chinese for Chinese texts, in English for others, with the mark of the pair as the score <c>rating</c>.
/// </summary>
/// <remarks>
/// <list type="number">
/// <item>Passages are cut (<see cref="PassageCutter"/>): <c>too_short</c>, <c>no_sentence_end</c>, <c>list_only</c>. Those of a kind that is not among `genres` are <c>other_genre</c>.</item>
/// <item>The model writes the instruction, with the prompt of the passage's kind. Not taken: <c>empty</c>, <c>truncated</c>, <c>filtered</c>, <c>too_long</c>, <c>refusal</c>, <c>answer_inside</c>,
/// <c>leaked_prompt</c> (it speaks of a text that its reader does not have), <c>copied</c> (it quotes 25 characters or 12 words of the passage in a row).</item>
/// <item>The pair is marked from 1 to 5: <c>low_rating</c> below `min_rating`, <c>unparsable</c> where no mark can be read, <c>beyond_window</c> where the pair is too long for a local rater.</item>
/// <item>With `rewrite` the model makes of the passage the answer that a careful writer would give: <c>empty_answer</c>, <c>refused_answer</c>, <c>truncated_answer</c>, <c>filtered_answer</c>.</item>
/// </list>
/// Each passage is counted: the first that succeeds stands for the document, the others are made beside it; where none does, the document leaves with the reason of its first. The kind of text becomes `task`;
/// the lineage names document, passage, kind, prompts with versions, and models.
/// </remarks>
[Step("answer_to_instruction")]
public sealed class MakeInstruction(AnswerToInstructionOptions options) : AsyncStep<Document, Instruction>
{
    private const string Score = "rating";
    private const int Marks = 5;
    private readonly Lazy<PromptBook> _prompts = new(() => new PromptBook(options.Prompts, "answer_to_instruction/"));
    private readonly Lazy<PromptBook> _repairs = new(() => new PromptBook(options.Prompts, "rating/"));
    private Rater? _rater;

    /// <inheritdoc/>
    public override bool Creates => true;

    /// <inheritdoc/>
    public override int Width => Math.Max(1, Model<IGenerator>(options.Model).Width * Asking.Ahead / options.Passages);

    /// <inheritdoc/>
    public override IEnumerable<string> Writes => [Score];

    private string RaterName => options.Rater ?? options.Model;

    private Rater Rater => _rater ??= OptionsOf(RaterName).Serves(typeof(ITextScorer))
        ? new Rater(RaterName, Model<ITextScorer>(RaterName), null, _repairs.Value, Marks)
        : new Rater(RaterName, null, Model<IGenerator>(RaterName), _repairs.Value, Marks);

    /// <inheritdoc/>
    public override string Version() => _prompts.Value.Version + _repairs.Value.Version;

    /// <inheritdoc/>
    public override IEnumerable<string> Check() =>
    [
        .. options.Genres.Except(Genre.Names).Select(name => $"'{name}' is no kind of text: {string.Join(", ", Genre.Names)}."),
        .. options.Genres.Count == 0 ? ["'genres' names none."] : Array.Empty<string>(),
        .. options.MinCharacters > options.MaxCharacters || options.MinWords > options.MaxWords ? ["the least length of a passage is above the greatest."] : Array.Empty<string>(),
        .. PromptBook.Fault(() => _prompts.Value), .. PromptBook.Fault(() => _repairs.Value),
    ];

    /// <inheritdoc/>
    public override double Growth => options.Passages;

    /// <inheritdoc/>
    public override IEnumerable<ModelUse> Uses(Record record)
    {
        const int Around = 200;
        foreach (var (passage, _) in Passages((Document)record).Where(one => one.Passage.Fault is null))
        {
            var tokens = ModelUse.Tokens(passage.Text);
            yield return new ModelUse(options.Model, 1, tokens + Around, options.MaxTokens);
            yield return Rating.Rater.Use(RaterName, tokens + options.MaxTokens);
            if (options.Rewrite)
            {
                yield return new ModelUse(options.Model, 1, tokens + options.MaxTokens + Around, options.RewriteTokens);
            }
        }
    }

    /// <inheritdoc/>
    public override Record Foresee(Record record) => new Instruction
    {
        Id = record.Id,
        Text = ModelUse.StandIn(options.MaxTokens),
        Output = options.Rewrite ? ModelUse.StandIn(options.RewriteTokens) : Passages((Document)record).Select(one => one.Passage.Text).MaxBy(text => text.Length) ?? "",
    };

    /// <inheritdoc/>
    public override async Task<Verdict<Instruction>> Apply(Document record, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(record);

        // 1.
        var passages = Passages(record);
        var made = await Task.WhenAll(passages.Select((one, at) => Make(record, one.Passage, one.Genre, at + 1, cancel))).ConfigureAwait(false);
        var first = Array.FindIndex(made, one => one.Drop is null);
        Verdict<Instruction> verdict = made.Length == 0 ? new Drop("no_text") : first >= 0 ? made[first].Record : Whole(made[0]);
        return verdict.And([.. made.Where((_, at) => at != Math.Max(first, 0))]);
    }

    private List<(Passage Passage, string Genre)> Passages(Document record)
    {
        var chinese = PromptBook.LanguageOf(record) == "zh";
        var cutter = chinese ? new PassageCutter(true, options.MinCharacters, options.MaxCharacters) : new PassageCutter(false, options.MinWords, options.MaxWords);
        var passages = new List<(Passage Passage, string Genre)>();
        foreach (var passage in cutter.Cut(record.Text))
        {
            var genre = Genre.Of(passage.Text);
            genre = options.Genres.Contains(genre) ? genre : Genre.General;
            passages.Add((passage.Fault is null && !options.Genres.Contains(genre) ? passage with { Fault = "other_genre" } : passage, genre));
            if (passages.Count(one => one.Passage.Fault is null) == options.Passages)
            {
                break;
            }
        }

        return passages;
    }

    /// <summary>The drop of a document, with what was made of its passage.</summary>
    private static Drop Whole(Made<Instruction> made)
    {
        var detail = made.Drop!.Detail?.DeepClone().AsObject() ?? [];
        if (made.Record.Text.Length > 0)
        {
            detail["instruction"] = made.Record.Text;
            detail["output"] = made.Record.Output;
        }

        return made.Drop with { Detail = detail.Count > 0 ? detail : null };
    }

    private async Task<Made<Instruction>> Make(Document document, Passage passage, string genre, int number, CancellationToken cancel)
    {
        var name = $"passage-{number.ToString(CultureInfo.InvariantCulture)}";
        var record = new Instruction
        {
            Id = $"{document.Id}/{name}",
            Text = "",
            Output = passage.Text,
            Task = genre,
            Source = document.Source,
            Language = document.Language,
            Meta = document.Meta,
            Scores = document.Scores,
            Lineage = Fields.Empty.With("parent", document.Id).With("passage", number.ToString(CultureInfo.InvariantCulture)).With("genre", genre),
        };
        if (passage.Fault is not null)
        {
            return new Made<Instruction>(record, new Drop(passage.Fault));
        }

        // 2.
        var prompt = _prompts.Value.For(document, $"answer_to_instruction/{genre}");
        var request = new GenerationRequest([]) { Sampling = options.Sampling, MaxTokens = options.MaxTokens, Seed = Asking.Draw(Seed, document.Id, name) };
        var reply = await Ask(For(record.Id, "instruct"), prompt, request, cancel, ("passage", passage.Text)).ConfigureAwait(false);
        record = record with { Text = Reply.Bare(reply.Text), Lineage = record.Lineage.With("prompt", NameOf(prompt)).With("model", reply.Model) };
        var fault = reply.Ending == Ending.Length && options.Truncated == "drop" ? "truncated" : reply.Ending == Ending.Filtered ? "filtered" : InstructionFault.Of(record.Text, passage.Text, options.MaxInstruction);
        return fault is not null ? new Made<Instruction>(record, new Drop(fault, new JsonObject { ["reply"] = reply.Text }))
            : await Rate(document, record, cancel).ConfigureAwait(false);
    }

    private async Task<Made<Instruction>> Rate(Document document, Instruction record, CancellationToken cancel)
    {
        // 3.
        var prompt = _prompts.Value.For(document, "answer_to_instruction/rate");
        Opinion opinion;
        try
        {
            opinion = await Rater.Rate(For(record.Id, "rate"), prompt, prompt.Fill(("instruction", record.Text), ("answer", record.Output!)), cancel).ConfigureAwait(false);
        }
        catch (InvalidDataException exception)
        {
            return new Made<Instruction>(record, new Drop("beyond_window", new JsonObject { ["fault"] = exception.Message }));
        }

        if (opinion.Value is not { } mark)
        {
            return new Made<Instruction>(record, new Drop("unparsable", new JsonObject { ["reply"] = opinion.Reply }));
        }

        record = record with { Scores = record.Scores.With(Score, mark), Lineage = record.Lineage.With("rating_prompt", NameOf(prompt)).With("rater", opinion.Model) };
        return mark < options.MinRating ? new Made<Instruction>(record, Drop.Beyond("low_rating", mark, options.MinRating))
            : options.Rewrite ? await Rewrite(document, record, cancel).ConfigureAwait(false)
            : new Made<Instruction>(record);
    }

    private async Task<Made<Instruction>> Rewrite(Document document, Instruction record, CancellationToken cancel)
    {
        // 4.
        var prompt = _prompts.Value.For(document, "answer_to_instruction/rewrite");
        var request = new GenerationRequest([]) { Sampling = options.Sampling, MaxTokens = options.RewriteTokens, Seed = Asking.Draw(Seed, record.Id, "rewrite") };
        var reply = await Ask(For(record.Id, "rewrite"), prompt, request, cancel, ("instruction", record.Text), ("answer", record.Output!)).ConfigureAwait(false);
        var text = reply.Text.Trim();
        var fault = reply.Ending == Ending.Length ? "truncated_answer" : reply.Ending == Ending.Filtered ? "filtered_answer" : Elimination.OfAnswer(text);
        return fault is null
            ? new Made<Instruction>(record with { Output = text, Lineage = record.Lineage.With("rewrite_prompt", NameOf(prompt)) })
            : new Made<Instruction>(record, new Drop(fault, new JsonObject { ["reply"] = reply.Text }));
    }

    private Task<Completion> Ask(Purpose purpose, Prompt prompt, GenerationRequest request, CancellationToken cancel, params ReadOnlySpan<(string Name, string Value)> values) =>
        Model<IGenerator>(options.Model).Ask(options.Model, purpose, request with { Messages = Asking.Say(prompt.System, prompt.Fill(values)).Messages }, cancel);

    private static string NameOf(Prompt prompt) => string.Create(CultureInfo.InvariantCulture, $"{prompt.Name} v{prompt.Version}");
}
