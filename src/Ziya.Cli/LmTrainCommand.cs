using System.CommandLine;
using System.Globalization;
using Ziya.Corpus.Scoring.Lm;
using Ziya.Models.Tokenization;

namespace Ziya.Cli;

/// <summary><c>ziya lm train</c>.</summary>
internal static class LmTrainCommand
{
    private static readonly float[] UsualFallback = [0.5f, 1, 1.5f];

    public static Command Make()
    {
        var files = new Argument<string[]>("FILE") { Description = "Text, a sentence or paragraph a line; of JSONL, the lines of a field. Packed or not. Without one, stdin.", Arity = ArgumentArity.ZeroOrMore };
        var target = new Option<string>("--out") { Description = "The model to make, in the form that is mapped into memory.", HelpName = "F" };
        var arpa = new Option<string>("--arpa") { Description = "The model as ARPA text to make; .gz packs it.", HelpName = "F" };
        var tokens = new Option<string>("--tokens") { Description = "What tokens are: word (between white space), character, or a tokenizer (a model's folder or a file of it). Default word.", HelpName = "T", DefaultValueFactory = _ => LmTokens.Word };
        var normalize = TextLines.NormalizeOption();
        var field = new Option<string>("--field") { Description = "The field of JSONL. Default text.", DefaultValueFactory = _ => "text" };
        var order = new Option<int>("--order") { Description = "Tokens of the longest n-grams, 1 to 6. Default 5.", DefaultValueFactory = _ => 5 };
        var prune = new Option<int[]>("--prune") { Description = "Leave out n-grams that occur this often or less, by order, the last for all above: 0 0 1. Default: none.", AllowMultipleArgumentsPerToken = true, HelpName = "N..." };
        var fallback = new Option<float[]>("--discount-fallback") { Description = "Discounts for orders whose counts give none, as of small texts. Without numbers 0.5 1 1.5.", AllowMultipleArgumentsPerToken = true, Arity = ArgumentArity.ZeroOrMore, HelpName = "D..." };
        var memory = new Option<int>("--memory-mb") { Description = "For sorting; the vocabulary, and of --out the mapped file, come on top. Default 1024.", DefaultValueFactory = _ => 1024 };
        var scratch = new Option<string>("--scratch") { Description = "Folder for what does not fit into memory. Default: the system's for temporary files.", HelpName = "DIR", DefaultValueFactory = _ => Path.GetTempPath() };
        var command = new Command("train", "Estimates a model with interpolated modified Kneser-Ney smoothing, on disk where memory does not suffice.")
        {
            files, target, arpa, tokens, normalize, field, order, prune, fallback, memory, scratch,
        };
        command.Validators.Add(parsed =>
        {
            if (parsed.GetValue(target) is null && parsed.GetValue(arpa) is null)
            {
                parsed.AddError("--out or --arpa says where the model goes.");
            }
        });
        command.SetAction(parsed =>
        {
            var options = new LmTrainOptions
            {
                Order = parsed.GetValue(order),
                MemoryBytes = Math.Max(1L, parsed.GetValue(memory)) << 20,
                Prune = parsed.GetValue(prune) ?? [],
                Fallback = parsed.GetResult(fallback) is null ? [] : parsed.GetValue(fallback) is { Length: > 0 } given ? given : UsualFallback,
                Scratch = parsed.GetValue(scratch)!,
            };
            if (options.Fault() is { } fault)
            {
                Console.Error.WriteLine(fault);
                return Exit.Wrong;
            }

            return Train(options, LmTokens.Of(parsed.GetValue(tokens)!, new TextTokenizerLoader().Load), TextLines.Read(parsed.GetValue(files) ?? [], parsed.GetValue(field)!, parsed.GetValue(normalize)), parsed.GetValue(target), parsed.GetValue(arpa));
        });
        return command;
    }

    private static int Train(LmTrainOptions options, LmTokens tokens, IEnumerable<ReadOnlyMemory<byte>> lines, string? target, string? arpa)
    {
        using var trainer = new LmTrainer(options, tokens);
        foreach (var line in lines)
        {
            trainer.Add(line.Span);
        }

        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{trainer.Lines} lines, {trainer.Tokens} tokens{(trainer.Marks == 0 ? "" : $"; <s>, </s> and <unk> passed over {trainer.Marks} times")}"));
        using var builder = target is null ? null : new LmBuilder(target, tokens);
        using var writer = arpa is null ? null : new ArpaWriter(arpa, options.Scratch);
        var orders = trainer.Estimate([.. new ILmSink?[] { builder, writer }.OfType<ILmSink>()]);
        for (var i = 0; i < orders.Count; i++)
        {
            var (grams, discounts) = orders[i];
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{i + 1}-grams {grams}, discounts {discounts[1]:0.####} {discounts[2]:0.####} {discounts[3]:0.####}"));
        }

        return Exit.Done;
    }
}
