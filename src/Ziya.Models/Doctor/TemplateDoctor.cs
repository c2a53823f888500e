using System.Text.RegularExpressions;
using Ziya.Models.Checkpoints;
using Ziya.Models.Prompts;
using Ziya.Models.Tokenization;

namespace Ziya.Models.Doctor;

/// <summary>Which prompt template fits a model: a mark such as <c>&lt;human&gt;</c> is one token where the model was trained with it.</summary>
internal static partial class TemplateDoctor
{
    public static IEnumerable<Finding> Templates(Patient patient, string? name)
    {
        var tokenizer = patient.Tokenizer;
        var fitting = patient.Config.Task switch
        {
            ModelTask.Reward => ["ziya-reward"],
            ModelTask.Embed => [],
            // Every LLaMA has <s> and </s>.
            _ => PromptTemplates.Names.Where(each => Marks(each) is var marks && marks.Except(["<s>", "</s>"]).Any() && marks.All(mark => tokenizer.IdOf(mark) is not null)).ToList(),
        };
        if (name is not null)
        {
            yield return Chosen(tokenizer, name, fitting);
        }
        else if (patient.Config.Task != ModelTask.Embed)
        {
            yield return fitting.Count > 0
                ? Finding.Ok("template", $"{string.Join(", ", fitting)} {(patient.Config.Task == ModelTask.Reward ? "is that of Ziya-LLaMA-7B-Reward" : fitting.Count == 1 ? "fits: all its marks are tokens here" : "fit: all their marks are tokens here; the model's card says which it is")}")
                : Finding.Warning("template", $"none of the templates is written with tokens of this model.", $"Say how it wants a conversation written: alpaca, llama2 and plain need no tokens of their own, and template: takes a file. Templates: {string.Join(", ", PromptTemplates.Names)}.");
        }
    }

    private static Finding Chosen(ModelTokenizer tokenizer, string name, List<string> fitting)
    {
        var marks = Marks(name);
        var unknown = marks.Where(mark => tokenizer.IdOf(mark) is null).ToList();
        return unknown.Count == 0
            ? Finding.Ok("template", $"{name}: {(marks.Count == 0 ? "has no tokens of its own" : string.Join(", ", marks.Select(mark => FormattableString.Invariant($"{mark} is token {tokenizer.IdOf(mark)}"))))}")
            : Finding.Fault(
                "template", $"{name} is written with {string.Join(", ", unknown.Select(mark => FormattableString.Invariant($"{mark}, which is {tokenizer.Encode(mark).Length} tokens here")))}: the model was not trained with it.",
                fitting.Count > 0 ? $"These fit: {string.Join(", ", fitting)}. If it should fit, added_tokens.json is missing." : "If it should fit, added_tokens.json is missing.");
    }

    private static List<string> Marks(string name)
    {
        var template = PromptTemplates.Load(name);
        string?[] texts = [template.Begin, template.System, template.User, template.FirstUser, template.Assistant, .. template.Stop];
        return [.. texts.OfType<string>().SelectMany(text => Mark().Matches(text).Select(match => match.Value)).Distinct(StringComparer.Ordinal)];
    }

    [GeneratedRegex(@"(?<!<)<[^<>{}\s]+>(?!>)")]
    private static partial Regex Mark();
}
