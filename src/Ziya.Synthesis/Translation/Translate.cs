using System.Globalization;
using System.Text.Json.Nodes;
using Ziya.Models.Generation;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;
using Ziya.Synthesis.Prompts;

namespace Ziya.Synthesis.Translation;

/// <summary>
/// Translates instructions from Chinese into English and from English into Chinese, and back again, and drops what does not come back: round trips, whose agreement Rapp measured (2009, "The Back-translation Score").
/// Agreement shows that meaning was lost, not that nothing was: a model can err the same way twice.
/// </summary>
/// <remarks>
/// <list type="number">
/// <item>Each of text, input and output is translated by itself, and its translation back, each by the most probable tokens unless told otherwise.</item>
/// <item>`empty`, `truncated`, `filtered`: a translation has no words, is cut, or was held back. `untranslated`: it is the text itself, or in the language of the text.</item>
/// <item>`no_agreement`: the chrF of the translation back with the text is below `min_agreement`, for the worst of the parts. It is written as the score `agreement`.</item>
/// <item>A pair asks for the translation of what the instruction says with its input, and for each kind the lineage names the parent, model, prompt and the languages.</item>
/// </list>
/// </remarks>
[Step("translate")]
public sealed class Translate(TranslateOptions options) : AsyncStep<Instruction, Instruction>
{
    private const string Agreement = "agreement";

    private readonly Lazy<PromptBook> _prompts = new(() => new PromptBook(options.Prompts, "translate"));

    /// <inheritdoc/>
    public override bool Creates => true;

    /// <inheritdoc/>
    public override int Width => Model<IGenerator>(options.Model).Width * Asking.Ahead;

    /// <inheritdoc/>
    public override IEnumerable<string> Writes => [Agreement];

    /// <inheritdoc/>
    public override string Version() => _prompts.Value.Version;

    /// <inheritdoc/>
    public override IEnumerable<string> Check() => PromptBook.Fault(() => _prompts.Value);

    /// <inheritdoc/>
    public override double Growth => options.As == "both" ? 2 : 1;

    /// <inheritdoc/>
    public override IEnumerable<ModelUse> Uses(Record record)
    {
        // A translation has about as many tokens as its text, and is allowed twice as many here.
        const int Around = 40;
        return from part in Parts((Instruction)record)
               where !string.IsNullOrWhiteSpace(part)
               let tokens = ModelUse.Tokens(part)
               select new ModelUse(options.Model, 2, 2 * (Around + (1.5 * tokens)), 2 * Math.Min(2 * tokens, options.MaxTokens));
    }

    /// <inheritdoc/>
    public override async Task<Verdict<Instruction>> Apply(Instruction record, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(record);
        var from = PromptBook.LanguageOf(record);
        var to = from == "zh" ? "en" : "zh";
        string[] names = options.As == "pair" ? ["question"] : ["instruction", "input", "output"];
        var parts = Parts(record);
        var translations = new string?[parts.Length];
        var (worst, model) = (1.0, options.Model);
        for (var at = 0; at < parts.Length; at++)
        {
            if (string.IsNullOrWhiteSpace(parts[at]))
            {
                continue;
            }

            // 1. and 2.
            var (there, by, fault) = await Ask(record, from, "translate " + names[at], parts[at]!, cancel).ConfigureAwait(false);
            fault ??= there == parts[at] || PromptBook.LanguageOf(there.AsSpan()) == from ? "untranslated" : null;
            var (back, _, faultBack) = fault is null ? await Ask(record, to, "translate back " + names[at], there, cancel).ConfigureAwait(false) : ("", "", null);
            model = by;
            if ((fault ?? faultBack) is { } reason)
            {
                return Without(record, new Drop(reason, new JsonObject { ["translation"] = there, ["back"] = back }));
            }

            // 3.
            var agreement = CharacterF.Of(back, parts[at]!);
            if (agreement < options.MinAgreement)
            {
                return Without(record, new Drop("no_agreement", new JsonObject { ["translation"] = there, ["back"] = back, ["value"] = Math.Round(agreement, 6), ["limit"] = options.MinAgreement }));
            }

            translations[at] = there;
            worst = Math.Min(worst, agreement);
        }

        // 4.
        var prompt = _prompts.Value.For(from, "translate/text");
        var lineage = record.Lineage.With("parent", record.Id).With("translation", $"{from}-{to}").With("translation_model", model)
            .With("translation_prompt", string.Create(CultureInfo.InvariantCulture, $"{prompt.Name} v{prompt.Version}"));
        var scores = record.Scores.With(Agreement, worst);
        var made = options.As == "pair"
            ? record with { Text = _prompts.Value.For(from, "translate/pair").Fill(), Input = parts[0], Output = translations[0], System = null, Task = "translation", Candidates = [], Lineage = lineage, Scores = scores }
            : record with { Id = options.As == "both" ? $"{record.Id}/{to}" : record.Id, Text = translations[0]!, Input = translations[1], Output = translations[2], System = null, Candidates = [], Language = to, Lineage = lineage, Scores = scores };
        return options.As == "both" ? ((Verdict<Instruction>)record).And([made]) : made;
    }

    private string?[] Parts(Instruction record) => options.As == "pair" ? [record.Said(), null, null] : [record.Text, record.Input, record.Output];

    /// <summary>Of what was not translated well, the original stays where it was to stay anyway.</summary>
    private Verdict<Instruction> Without(Instruction record, Drop drop) =>
        options.As == "both" ? ((Verdict<Instruction>)record).And([new Made<Instruction>(record with { Id = $"{record.Id}/translation" }, drop)]) : drop;

    private async Task<(string Text, string Model, string? Fault)> Ask(Instruction record, string from, string operation, string text, CancellationToken cancel)
    {
        var prompt = _prompts.Value.For(from, "translate/text");
        var request = Asking.Say(prompt.System, prompt.Fill(("text", text))) with { Sampling = options.Sampling ?? Asking.Greedy, MaxTokens = options.MaxTokens, Seed = Asking.Draw(Seed, record.Id, $"translate {from}") };
        var completion = await Model<IGenerator>(options.Model).Ask(options.Model, For(record.Id, operation), request, cancel).ConfigureAwait(false);
        var reply = completion.Text.Trim();
        return (reply, completion.Model, completion.Ending == Ending.Filtered ? "filtered" : completion.Ending == Ending.Length ? "truncated" : reply.Any(char.IsLetterOrDigit) ? null : "empty");
    }
}
