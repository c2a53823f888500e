using System.Text.Json.Nodes;
using Ziya.Models.Generation;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Scoring;
using Ziya.Pipeline.Steps;
using Ziya.Synthesis.Prompts;
using Ziya.Synthesis.Rating;

namespace Ziya.Synthesis.Difficulty;

/// <summary>
/// Writes how hard an instruction is, as `difficulty` and as the score <c>ifd</c> or <c>complexity</c>: by IFD, the instruction-following difficulty of Cherry LLM (Li et al. 2023,
/// arXiv:2308.12032), or by a mark from 1 to 6 that a model gives, as Deita's complexity (Liu et al. 2023, arXiv:2312.15685). The higher, the harder. Buckets from easy to hard, each
/// type of task by itself, are then made by `bucket: { by: difficulty, within: task, cuts: { easy: 33, medium: 66, hard: 100 } }`.
/// </summary>
/// <remarks>
/// 1. <c>no_answer</c>: IFD needs an output, and there is none.
/// 2. IFD is the mean over the answer's tokens of -log p(token | instruction, answer so far), divided by the same without the instruction. The instruction, with the input below it and the
///    system prompt above it, is written as the model's template has it. Near 0 the instruction says nearly all of the answer; near 1 it does not help.
/// 3. <c>high_ifd</c>: it is above `max_ifd`.
/// 4. <c>too_long</c>: the instruction leaves no room in the model's window, or its template cannot express it.
/// 5. A judge sees the instruction alone. <c>unparsable</c>: neither its reply nor that to a second, shorter question holds a mark.
/// </remarks>
[Step("difficulty")]
public sealed class RateDifficulty(DifficultyOptions options) : AsyncStep<Instruction, Instruction>
{
    private const int Marks = 6;
    private readonly Lazy<PromptBook> _prompts = new(() => new PromptBook(options.Prompts, "difficulty/"));
    private readonly Lazy<PromptBook> _repairs = new(() => new PromptBook(options.Prompts, "rating/"));
    private Rater? _rater;

    /// <inheritdoc/>
    public override int Width => options.By == "ifd" ? Model<ITextScorer>(options.Model!).Width : Rater.Width;

    /// <inheritdoc/>
    public override IEnumerable<string> Writes => [options.By == "ifd" ? "ifd" : "complexity"];

    private Rater Rater => _rater ??= OptionsOf(options.Judge!).Serves(typeof(ITextScorer))
        ? new Rater(options.Judge!, Model<ITextScorer>(options.Judge!), null, _repairs.Value, Marks)
        : new Rater(options.Judge!, null, Model<IGenerator>(options.Judge!), _repairs.Value, Marks);

    /// <inheritdoc/>
    public override string Version() => _prompts.Value.Version + _repairs.Value.Version;

    /// <inheritdoc/>
    public override IEnumerable<string> Check() =>
    [
        .. options.By == "ifd" && options.Model is null ? ["'by: ifd' needs 'model', one that writes text on this machine."] : Array.Empty<string>(),
        .. options.By == "judge" && options.Judge is null ? ["'by: judge' needs 'judge', the model that marks."] : Array.Empty<string>(),
        .. PromptBook.Fault(() => _prompts.Value), .. PromptBook.Fault(() => _repairs.Value),
    ];

    /// <inheritdoc/>
    public override IEnumerable<ModelUse> Uses(Record record)
    {
        var instruction = (Instruction)record;
        var (said, answer) = (ModelUse.Tokens(instruction.Said()), ModelUse.Tokens(instruction.Output));
        return options.By == "ifd" ? [new ModelUse(options.Model!, 2, said + (2 * answer), 0)] : [Rater.Use(options.Judge!, said)];
    }

    /// <inheritdoc/>
    public override async Task<Verdict<Instruction>> Apply(Instruction record, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(record);
        try
        {
            return options.By == "ifd" ? await Ifd(record, cancel).ConfigureAwait(false) : await Judge(record, cancel).ConfigureAwait(false);
        }
        catch (InvalidDataException exception)
        {
            // 4.
            return new Drop("too_long", new JsonObject { ["fault"] = exception.Message });
        }
    }

    private async Task<Verdict<Instruction>> Ifd(Instruction record, CancellationToken cancel)
    {
        // 1.
        if (string.IsNullOrWhiteSpace(record.Output))
        {
            return new Drop("no_answer");
        }

        // 2.
        var scorer = Model<ITextScorer>(options.Model!);
        var alone = scorer.ScoreAnswer([], record.Output, For(record.Id, "answer alone"), cancel);
        var behind = await scorer.ScoreAnswer(Asking.Say(record.System, record.Said()).Messages, record.Output, For(record.Id, "answer behind the instruction"), cancel).ConfigureAwait(false);
        var ifd = Entropy(behind) / Entropy(await alone.ConfigureAwait(false));

        // 3. What is not a number is not kept either: an answer of one certain token.
        return ifd <= options.MaxIfd ? record with { Difficulty = ifd, Scores = record.Scores.With("ifd", ifd) }
            : double.IsFinite(ifd) ? Drop.Beyond("high_ifd", ifd, options.MaxIfd)
            : new Drop("high_ifd");
    }

    private async Task<Verdict<Instruction>> Judge(Instruction record, CancellationToken cancel)
    {
        // 5.
        var prompt = _prompts.Value.For(record, "difficulty/complexity");
        var opinion = await Rater.Rate(For(record.Id, "rate"), prompt, prompt.Fill(("instruction", record.Said())), cancel).ConfigureAwait(false);
        return opinion.Value is { } mark
            ? record with { Difficulty = mark, Scores = record.Scores.With("complexity", mark) }
            : new Drop("unparsable", new JsonObject { ["reply"] = opinion.Reply });
    }

    private static double Entropy(TextScore score) => -score.LogProbability / score.Tokens;
}
