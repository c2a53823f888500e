using System.Globalization;
using System.Text.Json.Nodes;
using Ziya.Models.Generation;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;
using Ziya.Synthesis.Prompts;

namespace Ziya.Synthesis.EvolInstruct;

/// <summary>
/// Makes instructions harder, round by round, and broader: Evol-Instruct (Xu et al., "WizardLM", arXiv:2304.12244), for code as WizardCoder (Luo et al., arXiv:2306.08568). In
/// Chinese for Chinese instructions, in English for others. What a rule eliminates is counted and kept in `dropped/`, and its parent is tried again in the next round.
/// </summary>
/// <remarks>
/// <list type="number">
/// <item>Each round draws a way to evolve by the seed, the record's id and the round, and lets the model rewrite the last instruction that passed, its input below it.</item>
/// <item>The reply is eliminated if it is empty, unchanged, too long, a refusal, speaks of rewriting, or answers itself.</item>
/// <item>The judge is asked whether anything was gained: equal ones are eliminated (rule 1 of the paper).</item>
/// <item>With an answerer, those are eliminated that it says sorry to in few words (rule 2) or answers without words (rule 3).</item>
/// <item>A record keeps in its lineage the parent, the root, round, way, prompt with version, and model.</item>
/// </list>
/// </remarks>
[Step("evolve")]
public sealed class Evolve(EvolveOptions options) : AsyncStep<Instruction, Instruction>
{
    private const int JudgeTokens = 16;
    private static readonly string[] General = ["constraints", "deepen", "concretise", "reasoning", "complicate_input", "breadth"];
    private static readonly string[] Code = ["constraint", "rare_requirement", "reasoning", "misleading_code", "complexity"];

    private readonly Lazy<PromptBook> _prompts = new(() => new PromptBook(options.Prompts, "evolve"));

    /// <inheritdoc/>
    public override bool Creates => true;

    /// <inheritdoc/>
    public override int Width => Model<IGenerator>(options.Model).Width * Asking.Ahead;

    private string[] Methods => options.Methods.Count > 0 ? [.. options.Methods] : options.Set == "code" ? Code : General;

    /// <inheritdoc/>
    public override string Version() => _prompts.Value.Version;

    /// <inheritdoc/>
    public override IEnumerable<string> Check()
    {
        var known = options.Set == "code" ? Code : General;
        foreach (var method in options.Methods.Except(known))
        {
            yield return $"'{method}' is no way to evolve of the set {options.Set}: {string.Join(", ", known)}.";
        }

        foreach (var fault in PromptBook.Fault(() => _prompts.Value))
        {
            yield return fault;
        }
    }

    /// <inheritdoc/>
    public override double Growth => options.Keep switch { "all" => options.Rounds + 1, "evolved" => options.Rounds, _ => 1 };

    /// <inheritdoc/>
    public override IEnumerable<ModelUse> Uses(Record record)
    {
        // An instruction grows by a few dozen tokens a round; the prompt around it is of about two hundred.
        const int Grown = 40;
        const int Around = 200;
        var text = ModelUse.Tokens(((Instruction)record).Said()) + (Grown * (options.Rounds + 1) / 2.0);
        yield return new ModelUse(options.Model, options.Rounds, options.Rounds * (text + Around), options.Rounds * (text + Grown));
        if (options.Judged)
        {
            yield return new ModelUse(options.Judge ?? options.Model, options.Rounds, options.Rounds * ((2 * text) + (Around / 2)), options.Rounds * JudgeTokens);
        }

        if (options.Answerer is not null)
        {
            yield return new ModelUse(options.Answerer, options.Rounds, options.Rounds * text, options.Rounds * ModelUse.UsualTokens);
        }
    }

    /// <inheritdoc/>
    public override Record Foresee(Record record) => options.Answerer is null ? record : (Instruction)record with { Output = ModelUse.StandIn(ModelUse.UsualTokens) };

    /// <inheritdoc/>
    public override async Task<Verdict<Instruction>> Apply(Instruction record, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(record);
        var made = new List<Made<Instruction>>();
        var last = record;
        for (var round = 1; round <= options.Rounds; round++)
        {
            var next = await Round(record, last, round, cancel).ConfigureAwait(false);
            made.Add(next);
            last = next.Drop is null ? next.Record : last;
        }

        Verdict<Instruction> verdict = options.Keep == "all" || (options.Keep == "last" && last == record) ? record : new Drop("evolved");
        return verdict.And(options.Keep != "last" ? made : [.. made.Select(one => one.Drop is null && one.Record != last ? one with { Drop = new Drop("evolved") } : one)]);
    }

    private async Task<Made<Instruction>> Round(Instruction root, Instruction parent, int round, CancellationToken cancel)
    {
        // 1.
        var number = round.ToString(CultureInfo.InvariantCulture);
        var seed = Asking.Draw(Seed, root.Id, "evolve " + number);
        var method = Methods[(int)(seed % (ulong)Methods.Length)];
        var before = parent.Said();
        var prompt = _prompts.Value.For(root, $"{(options.Set == "code" ? "evolve_code" : "evolve")}/{method}");
        var request = new GenerationRequest([]) { Sampling = options.Sampling, MaxTokens = options.MaxTokens, Seed = seed };
        var reply = await Ask(options.Model, For(root.Id, "evolve round " + number), prompt, request, cancel, ("instruction", before)).ConfigureAwait(false);
        var after = Reply.Bare(reply.Text);
        var made = new Instruction
        {
            Id = $"{root.Id}/evolve-{number}",
            Text = after,
            System = root.System,
            Task = root.Task,
            Source = root.Source,
            Language = root.Language,
            Lineage = Fields.Empty.With("parent", parent.Id).With("root", root.Id).With("round", number).With("method", method)
                .With("prompt", string.Create(CultureInfo.InvariantCulture, $"{prompt.Name} v{prompt.Version}")).With("model", reply.Model),
        };

        // 2.
        var reason = reply.Ending == Ending.Length ? "truncated" : reply.Ending == Ending.Filtered ? "filtered" : Elimination.OfInstruction(before, after, options.MaxCharacters);

        // 3.
        if (reason is null && options.Judged)
        {
            request = new GenerationRequest([]) { Sampling = Asking.Greedy, MaxTokens = JudgeTokens };
            var judged = await Ask(options.Judge ?? options.Model, For(root.Id, "judge round " + number), _prompts.Value.For(root, "evolve/judge"), request, cancel, ("before", before), ("after", after)).ConfigureAwait(false);
            reason = Elimination.IsEqual(judged.Text) ? "no_gain" : null;
        }

        // 4.
        if (reason is null && options.Answerer is not null)
        {
            var answer = await Model<IGenerator>(options.Answerer).Ask(options.Answerer, For(root.Id, "answer round " + number), Asking.Say(root.System, after) with { Seed = seed }, cancel).ConfigureAwait(false);
            made = made with { Output = answer.Text.Trim(), Lineage = made.Lineage.With("answer_model", answer.Model) };
            reason = answer.Ending == Ending.Length ? "truncated_answer" : answer.Ending == Ending.Filtered ? "filtered_answer" : Elimination.OfAnswer(answer.Text);
        }

        return new Made<Instruction>(made, reason is null ? null : new Drop(reason, new JsonObject { ["reply"] = reply.Text }));
    }

    private Task<Completion> Ask(string model, Purpose purpose, Prompt prompt, GenerationRequest request, CancellationToken cancel, params ReadOnlySpan<(string Name, string Value)> values) =>
        Model<IGenerator>(model).Ask(model, purpose, request with { Messages = Asking.Say(prompt.System, prompt.Fill(values)).Messages }, cancel);
}
