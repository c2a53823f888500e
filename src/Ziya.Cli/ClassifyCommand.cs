using System.CommandLine;
using System.Globalization;
using Ziya.Corpus.Scoring.Classification;
using Ziya.Pipeline.Reading;

namespace Ziya.Cli;

/// <summary><c>ziya classify</c>.</summary>
internal static class ClassifyCommand
{
    private static readonly ClassifierOptions Usual = new();

    public static Command Make() => new("classify", "Classifiers of texts: logistic regression over n-grams of words and Chinese characters, for the step classify.") { Train(), Eval() };

    private static Command Train()
    {
        var (files, text, label) = Inputs();
        var target = new Option<string>("--out") { Description = "The classifier to make.", HelpName = "F", Required = true };
        var bits = new Option<int>("--bits") { Description = "Of the number of rows of weights; each costs 4 bytes a label. Default 20.", DefaultValueFactory = _ => Usual.Bits };
        var words = new Option<int>("--word-ngrams") { Description = "Units of the longest n-grams that end with a word. Default 2.", DefaultValueFactory = _ => Usual.WordGrams };
        var characters = new Option<int>("--character-ngrams") { Description = "Units of the longest n-grams that end with a Chinese character. Default 3.", DefaultValueFactory = _ => Usual.CharacterGrams };
        var epochs = new Option<int>("--epochs") { Description = "Times each text is seen. Default 5.", DefaultValueFactory = _ => Usual.Epochs };
        var rate = new Option<double>("--rate") { Description = "Step of learning. Default 0.2.", DefaultValueFactory = _ => Usual.Rate };
        var held = new Option<double>("--held-out") { Description = "Share of the texts not trained on, by which probabilities are calibrated and measured. Default 0.1.", DefaultValueFactory = _ => Usual.HeldOut };
        var seed = new Option<int>("--seed") { Description = "Decides the order of the texts. Default 42.", DefaultValueFactory = _ => Usual.Seed };
        var command = new Command("train", "Trains a classifier on texts with labels; the same texts and options give the same bytes.") { files, target, text, label, bits, words, characters, epochs, rate, held, seed };
        command.SetAction(parsed =>
        {
            var options = new ClassifierOptions
            {
                Bits = parsed.GetValue(bits),
                WordGrams = parsed.GetValue(words),
                CharacterGrams = parsed.GetValue(characters),
                Epochs = parsed.GetValue(epochs),
                Rate = parsed.GetValue(rate),
                HeldOut = parsed.GetValue(held),
                Seed = parsed.GetValue(seed),
            };
            if (options.Fault() is { } fault)
            {
                Console.Error.WriteLine(fault);
                return Exit.Wrong;
            }

            var texts = Read(parsed.GetValue(files)!, parsed.GetValue(text)!, parsed.GetValue(label)!).ToList();
            string[] labels = [.. texts.Select(pair => pair.Label).Distinct().Order(StringComparer.Ordinal)];
            var model = ClassifierTrainer.Train([.. texts.Select(pair => (pair.Text, Array.IndexOf(labels, pair.Label)))], labels, options, out var report);
            model.Write(parsed.GetRequiredValue(target));
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"trained on {texts.Count - report.Count} texts, temperature {model.Temperature:0.###}; held out: {report}"));
            return Exit.Done;
        });
        return command;
    }

    private static Command Eval()
    {
        var (files, text, label) = Inputs();
        var path = new Option<string>("--model") { Description = "The classifier.", HelpName = "F", Required = true };
        var command = new Command("eval", "Says how right a classifier is about texts with labels.") { files, path, text, label };
        command.SetAction(parsed =>
        {
            var model = LinearClassifier.Read(parsed.GetRequiredValue(path));
            var texts = Read(parsed.GetValue(files)!, parsed.GetValue(text)!, parsed.GetValue(label)!).Select(pair => (pair.Text, Number(model, pair.Label)));
            Console.Out.WriteLine(ClassifierReport.Of(model, texts));
            return Exit.Done;
        });
        return command;
    }

    private static (Argument<string[]> Files, Option<string> Text, Option<string> Label) Inputs() => (
        new Argument<string[]>("FILE") { Description = "JSONL with a text and its label, packed or not.", Arity = ArgumentArity.OneOrMore },
        new Option<string>("--field") { Description = "The field of the text. Default text.", DefaultValueFactory = _ => "text" },
        new Option<string>("--label-field") { Description = "The field of the label. Default label.", DefaultValueFactory = _ => "label" });

    private static IEnumerable<(string Text, string Label)> Read(string[] files, string text, string label) =>
        from file in files
        from found in JsonObjects.Read(file)
        select (JsonObjects.Text(found.Object, text, file, found.Line, "--field"), JsonObjects.Text(found.Object, label, file, found.Line, "--label-field"));

    private static int Number(LinearClassifier model, string label)
    {
        for (var i = 0; i < model.Labels.Count; i++)
        {
            if (model.Labels[i] == label)
            {
                return i;
            }
        }

        throw new InvalidDataException($"the classifier has no label '{label}'. Labels: {string.Join(", ", model.Labels)}.");
    }
}
