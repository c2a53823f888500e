using System.CommandLine;
using Ziya.Corpus.Scoring.Lm;
using Ziya.Models.Tokenization;

namespace Ziya.Cli;

/// <summary><c>ziya lm convert</c>.</summary>
internal static class LmConvertCommand
{
    public static Command Make()
    {
        var arpa = new Argument<string>("ARPA") { Description = "A model as ARPA text, packed or not." };
        var target = new Option<string>("--out") { Description = "The model to make.", HelpName = "F", Required = true };
        var tokens = new Option<string>("--tokens") { Description = "What its tokens are: word, character, or a tokenizer (a model's folder or a file of it). Default word.", HelpName = "T", DefaultValueFactory = _ => LmTokens.Word };
        var command = new Command("convert", "Makes the form that is mapped into memory of ARPA text of any tool.") { arpa, target, tokens };
        command.SetAction(parsed =>
        {
            LmFiles.Convert(parsed.GetValue(arpa)!, parsed.GetRequiredValue(target), LmTokens.Of(parsed.GetValue(tokens)!, new TextTokenizerLoader().Load));
            return Exit.Done;
        });
        return command;
    }
}
