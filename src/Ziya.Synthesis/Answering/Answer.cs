using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json.Nodes;
using Ziya.Models.Generation;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;
using Ziya.Synthesis.Prompts;

namespace Ziya.Synthesis.Answering;

/// <summary>Options of <c>answer</c>.</summary>
public sealed record AnswerOptions
{
    /// <summary>The model that answers, or several.</summary>
    [ModelName(typeof(IGenerator))]
    public required IReadOnlyList<string> Model { get; init; }

    /// <summary>Answers of each model. Default 1. More than one answer in all become `candidates`, for `reward`, `select` and `prefer` to choose from.</summary>
    [Range(1, 1024)]
    public int Samples { get; init; } = 1;

    /// <summary>The system prompt where the record brings none. Default: none, or the one of the model's template.</summary>
    public string? System { get; init; }

    /// <summary>Most tokens of an answer. Default: as the model's template or entry says.</summary>
    [Range(1, 1 << 20)]
    public int? MaxTokens { get; init; }

    /// <summary>How tokens are chosen. Default: as the model's template or server has it. What is left out here has the defaults named here, not the template's.</summary>
    public Sampling? Sampling { get; init; }

    /// <summary>What becomes of an answer that was cut at its greatest length: `drop` or `keep`. Default drop: half an answer teaches to stop in the middle.</summary>
    [RegularExpression("drop|keep")]
    public string Truncated { get; init; } = "drop";

    /// <summary>Whether a record that has an output is answered anew. Default false: it passes as it is.</summary>
    public bool Replace { get; init; }
}

/// <summary>
/// Asks one model, or several, for answers to instructions. A single answer becomes the `output`, with its model in `lineage` (`answer_model` where a model wrote the instruction as well); several become `candidates`. Every answer is
/// drawn by a seed made of the job's seed, the record's id and the answer's number: the same job gives the same answers from a local model.
/// </summary>
/// <remarks>
/// 1. The prompt is the instruction, with the input below it where there is one.
/// 2. An answer that is empty, cut (with `truncated: drop`) or held back by a content filter does not count; a record without any leaves with the reason of its first.
/// 3. A request that fails for good, such as a prompt longer than the model's context, puts the record into quarantine; `limits.poisoned` of them end the job.
/// </remarks>
[Step("answer")]
public sealed class Answer(AnswerOptions options) : AsyncStep<Instruction, Instruction>
{
    /// <inheritdoc/>
    public override int Width => Math.Max(1, options.Model.Sum(name => Model<IGenerator>(name).Width) * Asking.Ahead / (options.Model.Count * options.Samples));

    /// <inheritdoc/>
    public override IEnumerable<string> Check() => options.Model.Count > 0 ? [] : ["'model' names no model."];

    /// <inheritdoc/>
    public override IEnumerable<ModelUse> Uses(Record record)
    {
        var instruction = (Instruction)record;
        var prompt = ModelUse.Tokens(instruction.Said()) + ModelUse.Tokens(instruction.System ?? options.System);
        return !string.IsNullOrEmpty(instruction.Output) && !options.Replace
            ? [] : options.Model.Select(name => new ModelUse(name, options.Samples, options.Samples * prompt, options.Samples * (options.MaxTokens ?? ModelUse.UsualTokens)));
    }

    /// <inheritdoc/>
    public override Record Foresee(Record record)
    {
        var instruction = (Instruction)record;
        var answer = ModelUse.StandIn(options.MaxTokens ?? ModelUse.UsualTokens);
        return !string.IsNullOrEmpty(instruction.Output) && !options.Replace ? record
            : options.Model.Count * options.Samples == 1 ? instruction with { Output = answer }
            : instruction with { Candidates = [.. options.Model.SelectMany(name => Enumerable.Repeat(new Candidate(answer, name), options.Samples))] };
    }

    /// <inheritdoc/>
    public override async Task<Verdict<Instruction>> Apply(Instruction record, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (!string.IsNullOrEmpty(record.Output) && !options.Replace)
        {
            return record;
        }

        // 1.
        var asked = from name in options.Model
                    from number in Enumerable.Range(0, options.Samples)
                    select Ask(name, For(record.Id, "answer", number + 1), Request(record, number), cancel);
        var answers = await Task.WhenAll(asked).ConfigureAwait(false);

        // 2.
        Candidate[] candidates = [.. answers.Where(answer => answer.Fault is null).Select(answer => new Candidate(answer.Text, answer.Model))];
        return candidates.Length == 0 ? new Drop(answers[0].Fault!, new JsonObject { ["model"] = answers[0].Model, ["answer"] = answers[0].Text })
            : answers.Length == 1 ? record with { Output = candidates[0].Output, Lineage = record.Lineage.With(Asking.AnswerModel(record), candidates[0].Model) }
            : record with { Candidates = candidates };
    }

    private GenerationRequest Request(Instruction record, int number) => Asking.Say(record.System ?? options.System, record.Said()) with
    {
        Sampling = options.Sampling,
        MaxTokens = options.MaxTokens,
        Seed = Asking.Draw(Seed, record.Id, number.ToString(CultureInfo.InvariantCulture)),
    };

    private async Task<(string Model, string Text, string? Fault)> Ask(string model, Purpose purpose, GenerationRequest request, CancellationToken cancel)
    {
        // 3.
        var completion = await Model<IGenerator>(model).Ask(model, purpose, request, cancel).ConfigureAwait(false);
        var text = completion.Text.Trim();
        return completion.Ending switch
        {
            Ending.Filtered => (completion.Model, text, "filtered"),
            Ending.Length when options.Truncated == "drop" => (completion.Model, text, "truncated"),
            _ => (completion.Model, text, text.Length == 0 ? "empty" : null),
        };
    }
}
