using System.Text;
using Ziya.Corpus.Bucketing;
using Ziya.Corpus.Evaluation;
using Ziya.Corpus.Filtering;
using Ziya.Corpus.Filtering.Contamination;
using Ziya.Corpus.Scoring;
using Ziya.Corpus.Scoring.Classification;
using Ziya.Corpus.Scoring.Lm;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Tests.Filtering;

/// <summary>Texts made to hang or break a step, and what steps need to look at them. The benchmarks have it too.</summary>
internal static class HostileCases
{
    /// <summary>The texts by what is hostile about them.</summary>
    /// <param name="many">Twice that and more is the length of each.</param>
    public static Dictionary<string, string> Texts(int many) => new()
    {
        ["no space"] = Repeat("abcdefghij", many * 5 / 2),
        ["no space, Chinese"] = Repeat("河水在夜里涨了起来到", many / 4),
        ["one word"] = Repeat("word ", many * 5 / 2),
        ["one letter"] = Repeat("a", many),
        ["emoji"] = Repeat("\uD83D\uDE00\uD83D\uDC69\u200D\uD83D\uDE80\uFE0F", many / 4),
        ["right to left"] = Repeat("שלום עולם مرحبا بالعالم \u202Eabc\u202C ", many / 40),
        ["zalgo"] = Repeat("z\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308\u0309\u030A\u030B\u030C ", many / 16),
        ["marks alone"] = Repeat("\u0301", many),
        ["marks out of order"] = Repeat("\u0301\u0323", many),
        ["half pairs"] = Repeat("\uD83D", many / 2) + Repeat("\uDE00a", many / 4),
        ["line ends"] = Repeat("\n", many),
        ["short lines"] = Repeat("a.\n", many),
        ["brackets"] = Repeat("[", many) + Repeat("[1", many / 2),
        ["tags"] = Repeat("<", many) + Repeat("<a ", many / 4) + Repeat("&amp", many / 4),
        ["nested blocks"] = Repeat("<div>", many / 2),
        ["nested formatting"] = Repeat("<b><p>文", many / 3),
        ["a long attribute"] = "<p title=\"" + Repeat("a='", many),
        ["a long comment"] = "<html><!--" + Repeat("<!-- -", many / 3),
        ["points"] = Repeat(".", many) + Repeat("…", many) + Repeat(". ", many),
        ["digits"] = Repeat("1234567890", many / 2),
        ["digits and hyphens"] = Repeat("1-2 3.4(5)6+", many / 10),
        ["at signs"] = Repeat("@", many) + Repeat("a@b.", many / 4),
        ["colons"] = Repeat(":", many) + Repeat("a:b::", many / 5),
        ["backtracking"] = Repeat("a", many) + "!" + Repeat("x=", many / 2) + Repeat("(a+)+$", many / 8) + Repeat("aaaaaaaaaa.", many / 10),
        ["controls"] = Repeat("\0\x1b[31m\uFFFD锟斤拷", many / 16),
        ["misread"] = Repeat("Ã¤Â½Â â€œ", many / 10),
        ["phrases in phrases"] = Repeat("赌", many) + Repeat("赌场", many / 2),
    };

    /// <summary>Options of a step that does not say what it does without; null of others. Files and models are made in the folder where they are not there yet.</summary>
    public static object? Options(string step, string folder) => step switch
    {
        "sensitive" => new SensitiveOptions { Mode = SensitiveMode.Mask, Topics = new Dictionary<string, IReadOnlyList<string>> { ["x"] = [Phrases(folder)] } },
        "url_filter" => new UrlFilterOptions { Domains = ["bad.example"], Words = ["a", "赌"], Subwords = ["aaaa"] },
        "sample" => new SampleOptions { Count = 3 },
        "bucket" => new BucketOptions { By = "length", Within = "language" },
        "mix" => new MixOptions { Within = "source", Weights = new Dictionary<string, double> { ["a"] = 1 } },
        "comply" => new ComplyOptions { Most = 1, Rate = 1, Toxic = [Phrases(folder)] },
        "classify" => new ClassifyOptions { Model = Classifier(folder) },
        "decontaminate" => new DecontaminateOptions { Against = [Evaluation(folder)], Mode = RuleMode.Tag },
        "perplexity" => new PerplexityOptions { Lm = new Dictionary<string, string> { [PerplexityOptions.Any] = Lm(folder) } },
        "gopher_quality" => new GopherQualityOptions { Mode = RuleMode.Tag },
        "gopher_repetition" => new GopherRepetitionOptions { Mode = RuleMode.Tag },
        "c4_quality" => new C4QualityOptions { Mode = RuleMode.Tag },
        "fineweb_quality" => new FineWebQualityOptions { Mode = RuleMode.Tag },
        "chinese_quality" => new ChineseQualityOptions { Mode = RuleMode.Tag },
        _ => null,
    };

    private static string Phrases(string folder) => Write(folder, "phrases.txt", "赌\n赌赌\n赌赌赌\n赌赌赌赌\n赌场\na\naa\naaaa\nword\n");

    // Items of which the texts are full: each place is the beginning of a match.
    private static string Evaluation(string folder) => Write(
        folder, "items.jsonl", $"{{\"text\":\"{Repeat("word ", 40)}\"}}\n{{\"text\":\"{Repeat("a ", 40)}\"}}\n{{\"text\":\"{Repeat("赌", 40)}\"}}\n{{\"text\":\"{Repeat("河水在夜里涨了起来到", 4)}\"}}\n");

    private static string Classifier(string folder)
    {
        var path = Path.Combine(folder, "two.clf");
        if (!File.Exists(path))
        {
            var texts = Enumerable.Range(0, 40).Select(i => (i % 2 == 0 ? $"word {i} aaaa" : $"赌场 {i} 河水", i % 2)).ToList();
            ClassifierTrainer.Train(texts, ["a", "b"], new ClassifierOptions { Bits = 12 }, out _).Write(path);
        }

        return path;
    }

    private static string Lm(string folder)
    {
        var path = Path.Combine(folder, "characters.lm");
        if (!File.Exists(path))
        {
            var tokens = LmTokens.Of(LmTokens.Character, _ => throw new InvalidOperationException());
            using var trainer = new LmTrainer(new LmTrainOptions { Order = 4, Fallback = [0.5f, 1, 1.5f], Scratch = folder }, tokens);
            foreach (var line in (string[])["word word word", "河水在夜里涨了起来到", "赌场赌场", "aaaaaaaa", "a.b.c"])
            {
                trainer.Add(Encoding.UTF8.GetBytes(line));
            }

            using var builder = new LmBuilder(path, tokens);
            trainer.Estimate([builder]);
        }

        return path;
    }

    private static string Write(string folder, string name, string text)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static string Repeat(string text, int times) => new StringBuilder(text.Length * times).Insert(0, text, times).ToString();
}
