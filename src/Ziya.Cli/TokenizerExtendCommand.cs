using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Ziya.Corpus.Scoring;
using Ziya.Models.Tokenization;
using Ziya.Models.Tokenization.Training;

namespace Ziya.Cli;

/// <summary><c>ziya tokenizer extend</c>.</summary>
internal static class TokenizerExtendCommand
{
    /// <summary>The vocabulary of Ziya-LLaMA-13B-v1, with its two added tokens.</summary>
    private const int ZiyaSize = 39410;

    public static Command Make()
    {
        var path = new Option<string>("--tokenizer") { HelpName = "F", Description = "The tokenizer to extend: a model's folder with a tokenizer.model, or that file.", Required = true };
        var read = new Option<string[]>("--read") { HelpName = "GLOB", Description = "Texts to count characters in: files of any format a job reads; again for more.", Required = true, AllowMultipleArgumentsPerToken = true };
        var field = new Option<string?>("--text") { HelpName = "FIELD", Description = "The field that holds the text. Default text." };
        var size = new Option<int>("--size") { HelpName = "N", Description = "Ids in all, added tokens among them. Default 39410, as of Ziya-LLaMA-13B-v1.", DefaultValueFactory = _ => ZiyaSize };
        var least = new Option<int>("--least") { HelpName = "N", Description = "How often a character must occur to be added. Default 1.", DefaultValueFactory = _ => 1 };
        var add = new Option<string[]>("--add") { HelpName = "TOKEN", Description = "Tokens to add behind the vocabulary, such as <human> and <bot>; again for more.", AllowMultipleArgumentsPerToken = true };
        var target = new Option<string>("--out") { HelpName = "DIR", Description = "The folder to write the tokenizer to.", Required = true };
        var command = new Command("extend", "Adds the common Chinese characters of a corpus to a SentencePiece vocabulary that lacks them, as the Ziya models did with LLaMA's.")
        {
            path, read, field, size, least, add, target,
        };
        command.SetAction(parsed => Extend(
            parsed.GetRequiredValue(path), new CorpusTexts(parsed.GetRequiredValue(read), parsed.GetValue(field)), parsed.GetValue(size), parsed.GetValue(least), parsed.GetValue(add) ?? [], parsed.GetRequiredValue(target)));
        return command;
    }

    private static int Extend(string path, CorpusTexts corpus, int size, int least, string[] add, string target)
    {
        var before = ModelTokenizer.Load(path);
        var model = File.ReadAllBytes(ExtendedFolder.ModelOf(path));
        var (pieces, tokens) = (VocabularyExtension.Size(model), ExtendedFolder.AddedIn(path, add));
        if (size <= pieces + tokens)
        {
            throw new InvalidDataException($"--size {size} leaves no room: {path} has {pieces} pieces, with {tokens} added tokens.");
        }

        if (Path.GetFullPath(target) == Path.GetFullPath(Directory.Exists(path) ? path : Path.GetDirectoryName(Path.GetFullPath(path))!))
        {
            throw new InvalidDataException($"--out {target} is where the tokenizer to extend lies. Choose another folder.");
        }

        var counts = new CharacterCounts();
        foreach (var document in corpus.Read())
        {
            counts.Add(document.Text);
        }

        var wanted = counts.InOrder().Where(character => character.Count >= least).Select(character => character.Character);
        ExtendedFolder.Write(path, VocabularyExtension.Extend(model, wanted, size - tokens, out var added), add, target);
        if (pieces + added.Count + tokens < size)
        {
            Console.Error.WriteLine($"The corpus has only {added.Count:N0} characters that are new: {pieces + added.Count + tokens} ids instead of {size}. Read more, or a lower --least.");
        }

        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{target}: {pieces} pieces + {added.Count} characters{(tokens > 0 ? $" + {tokens} added tokens" : "")} = {pieces + added.Count + tokens} ids"));
        Compare(before, ModelTokenizer.Load(target), pieces, pieces + added.Count, corpus);
        return Exit.Done;
    }

    /// <summary>Characters a token, before and after, by language.</summary>
    private static void Compare(ModelTokenizer before, ModelTokenizer after, int firstNew, int endNew, CorpusTexts corpus)
    {
        var language = new IdentifyLanguage(new IdentifyLanguageOptions());
        var sums = new SortedDictionary<string, (long Characters, long Before, long After)>(StringComparer.Ordinal);
        var (old, now) = (new TokenBuffer(), new TokenBuffer());
        foreach (var document in corpus.Read())
        {
            old.Clear();
            now.Clear();
            before.Encode(document.Text, old);
            after.Encode(document.Text, now);
            if (now.Ids.IndexOfAnyInRange(firstNew, endNew - 1) < 0 && !now.Ids.SequenceEqual(old.Ids))
            {
                throw new InvalidDataException($"'{document.Id}' has none of the new characters and other tokens than before. This is a fault of the program: please report it with the tokenizer.");
            }

            var key = language.Apply(document).Record?.Language ?? "und";
            var sum = sums.GetValueOrDefault(key);
            sums[key] = (sum.Characters + document.Text.EnumerateRunes().Count(), sum.Before + old.Count, sum.After + now.Count);
        }

        var table = new Table { Border = TableBorder.Simple }.AddColumns("language", "characters", "tokens before", "after", "characters a token before", "after");
        foreach (var (name, sum) in sums.OrderByDescending(pair => pair.Value.Characters))
        {
            table.AddRow(name, Number(sum.Characters), Number(sum.Before), Number(sum.After), Ratio(sum.Characters, sum.Before), Ratio(sum.Characters, sum.After));
        }

        AnsiConsole.Write(table);
    }

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Ratio(long characters, long tokens) => (characters / Math.Max(1.0, tokens)).ToString("0.000", CultureInfo.InvariantCulture);
}
