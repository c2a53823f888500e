using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Ziya.Corpus.Scoring.Lm;
using Ziya.Models.Tokenization;

namespace Ziya.Cli;

/// <summary><c>ziya lm score</c>.</summary>
internal static class LmScoreCommand
{
    public static Command Make()
    {
        var files = new Argument<string[]>("FILE") { Description = "Text, or JSONL, packed or not. Without one, stdin.", Arity = ArgumentArity.ZeroOrMore };
        var model = new Option<string>("--model") { Description = "A model of `ziya lm train` or `convert`, or an ARPA file, which is converted first each time.", HelpName = "F", Required = true };
        var tokens = new Option<string>("--tokens") { Description = "What tokens are: word, character, or a tokenizer. Default: what the model says; of ARPA, word.", HelpName = "T" };
        var normalize = TextLines.NormalizeOption();
        var field = new Option<string>("--field") { Description = "The field of JSONL. Default text.", DefaultValueFactory = _ => "text" };
        var sums = new Option<bool>("--sums") { Description = "Only the sums, at the end." };
        var command = new Command("score", "For each line log10 of its probability with its end, the number of its tokens, and how many of them the model does not know, with tabs between. The sums go to stderr.")
        {
            files, model, tokens, normalize, field, sums,
        };
        command.SetAction(parsed =>
        {
            using var opened = LmFiles.Open(parsed.GetRequiredValue(model), parsed.GetValue(tokens), new TextTokenizerLoader().Load, out var cut);
            return Score(opened, cut, TextLines.Read(parsed.GetValue(files) ?? [], parsed.GetValue(field)!, parsed.GetValue(normalize)), parsed.GetValue(sums));
        });
        return command;
    }

    private static int Score(LanguageModel model, LmTokens tokens, IEnumerable<ReadOnlyMemory<byte>> lines, bool sums)
    {
        using var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false), 1 << 16) { NewLine = "\n" };
        var ids = new List<int>();
        var (sum, known, count, number, unknown) = (0.0, 0.0, 0L, 0L, 0L);
        foreach (var line in lines)
        {
            ids.Clear();
            tokens.Cut(line.Span, model.Vocabulary, false, ids);
            var total = model.Score(CollectionsMarshal.AsSpan(ids), out var lineUnknown, out var ofUnknown);
            (sum, known, count, number, unknown) = (sum + total, known + total - ofUnknown, count + ids.Count, number + 1, unknown + lineUnknown);
            if (!sums)
            {
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{total:0.#####}\t{ids.Count}\t{lineUnknown}"));
            }
        }

        Console.Error.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{number} lines, {count} tokens, {unknown} unknown; log10 {sum:0.####}; perplexity {Math.Pow(10, -sum / Math.Max(1, count + number)):0.####}, without the unknown {Math.Pow(10, -known / Math.Max(1, count + number - unknown)):0.####}"));
        return Exit.Done;
    }
}
