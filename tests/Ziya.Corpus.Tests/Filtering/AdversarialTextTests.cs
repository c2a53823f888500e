using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using Ziya.Corpus.Filtering;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Tests.Filtering;

/// <summary>Texts made to hang or break a step, through every step for corpora that needs no model. None takes more than a moment where time grows with the length; with its square, the longest would take hours.</summary>
public sealed class AdversarialTextTests : IDisposable
{
    private const int Many = 400_000;

    private static readonly StepCatalog Catalog = new(typeof(Sample).Assembly);
    private static readonly Dictionary<string, string> Texts = new()
    {
        ["no space"] = Repeat("abcdefghij", 1_000_000),
        ["no space, Chinese"] = Repeat("河水在夜里涨了起来到", Many / 4),
        ["one word"] = Repeat("word ", 1_000_000),
        ["one letter"] = Repeat("a", Many),
        ["emoji"] = Repeat("\uD83D\uDE00\uD83D\uDC69\u200D\uD83D\uDE80\uFE0F", Many / 4),
        ["right to left"] = Repeat("שלום עולם مرحبا بالعالم \u202Eabc\u202C ", Many / 40),
        ["zalgo"] = Repeat("z\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308\u0309\u030A\u030B\u030C ", Many / 16),
        ["marks alone"] = Repeat("\u0301", Many),
        ["half pairs"] = Repeat("\uD83D", Many / 2) + Repeat("\uDE00a", Many / 4),
        ["line ends"] = Repeat("\n", Many),
        ["short lines"] = Repeat("a.\n", Many),
        ["brackets"] = Repeat("[", Many) + Repeat("[1", Many / 2),
        ["tags"] = Repeat("<", Many) + Repeat("<a ", Many / 4) + Repeat("&amp", Many / 4),
        ["points"] = Repeat(".", Many) + Repeat("…", Many) + Repeat(". ", Many),
        ["digits"] = Repeat("1234567890", Many / 2),
        ["digits and hyphens"] = Repeat("1-2 3.4(5)6+", Many / 10),
        ["at signs"] = Repeat("@", Many) + Repeat("a@b.", Many / 4),
        ["colons"] = Repeat(":", Many) + Repeat("a:b::", Many / 5),
        ["backtracking"] = Repeat("a", Many) + "!" + Repeat("x=", Many / 2) + Repeat("(a+)+$", Many / 8) + Repeat("aaaaaaaaaa.", Many / 10),
        ["controls"] = Repeat("\0\x1b[31m\uFFFD锟斤拷", Many / 16),
        ["misread"] = Repeat("Ã¤Â½Â â€œ", Many / 10),
        ["phrases in phrases"] = Repeat("赌", Many) + Repeat("赌场", Many / 2),
    };

    private readonly string _list = Path.GetTempFileName();

    public AdversarialTextTests() => File.WriteAllText(_list, "赌\n赌赌\n赌赌赌\n赌赌赌赌\n赌场\na\naa\naaaa\nword\n");

    /// <summary>The steps that ask no model.</summary>
    public static TheoryData<string> Steps => [.. Catalog.Steps.Where(step => !step.Options.GetProperties().Any(property => property.IsDefined(typeof(ModelNameAttribute)))).Select(step => step.Name)];

    [Theory]
    [MemberData(nameof(Steps))]
    public void Step_HostileTexts_ComesToAnEnd(string name)
    {
        var definition = Catalog.Find(name)!;
        var isBare = definition.Options.GetProperties().Any(property => property.IsDefined(typeof(RequiredMemberAttribute)));
        Assert.SkipWhen(isBare && Options(name) is null, $"{name} does not say what it does without options, and looks at no text.");
        using var models = new ModelPool(null!, null!, TimeProvider.System);
        var made = definition.Create(Options(name) ?? Activator.CreateInstance(definition.Options)!, 42, models);
        Assert.SkipWhen(made.Check().Any(), $"{name} needs options to do anything: {string.Join(' ', made.Check())}");
        foreach (var (kind, text) in Texts)
        {
            if (!made.In.IsAssignableFrom(typeof(Document)))
            {
                continue;
            }

            var record = new Document { Id = kind, Text = text, Source = "https://" + text[..Math.Min(text.Length, 100_000)] };
            switch (made)
            {
                case IRecordStep step:
                    var verdict = step.Apply(record);
                    Assert.True(verdict.Record is null != verdict.Reason is null, kind);
                    break;
                case IGlobalStep { Looks: false } step:
                    step.Map(record, null, new Address(0, 0), new Nowhere());
                    break;
            }
        }
    }

    public void Dispose() => File.Delete(_list);

    private object? Options(string name) => name switch
    {
        "sensitive" => new SensitiveOptions { Mode = SensitiveMode.Mask, Topics = new Dictionary<string, IReadOnlyList<string>> { ["x"] = [_list] } },
        "url_filter" => new UrlFilterOptions { Domains = ["bad.example"], Words = ["a", "赌"], Subwords = ["aaaa"] },
        "sample" => new SampleOptions { Count = 3 },
        "gopher_quality" => new GopherQualityOptions { Mode = RuleMode.Tag },
        "gopher_repetition" => new GopherRepetitionOptions { Mode = RuleMode.Tag },
        "c4_quality" => new C4QualityOptions { Mode = RuleMode.Tag },
        "fineweb_quality" => new FineWebQualityOptions { Mode = RuleMode.Tag },
        "chinese_quality" => new ChineseQualityOptions { Mode = RuleMode.Tag },
        _ => null,
    };

    private static string Repeat(string text, int times) => new StringBuilder(text.Length * times).Insert(0, text, times).ToString();

    private sealed class Nowhere : IEntryWriter
    {
        public int Partitions => 4;

        public void Add(Channel channel, int partition, ReadOnlySpan<byte> entry)
        {
        }
    }
}
