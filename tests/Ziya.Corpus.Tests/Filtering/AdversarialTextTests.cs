using System.Reflection;
using System.Runtime.CompilerServices;
using Ziya.Corpus.Filtering;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Tests.Filtering;

/// <summary>Texts made to hang or break a step, through every step for corpora that needs no model of a server. None takes more than a moment where time grows with the length; with its square, the longest would take hours.</summary>
public sealed class AdversarialTextTests : IDisposable
{
    private const int Many = 400_000;

    private static readonly StepCatalog Catalog = new(typeof(Sample).Assembly);
    private static readonly Dictionary<string, string> Texts = HostileCases.Texts(Many);

    private readonly string _folder = Directory.CreateTempSubdirectory("ziya-hostile").FullName;

    /// <summary>The steps that ask no model, and those that can do without one.</summary>
    public static TheoryData<string> Steps =>
        [.. Catalog.Steps.Where(step => step.Name == "perplexity" || !step.Options.GetProperties().Any(property => property.IsDefined(typeof(ModelNameAttribute)))).Select(step => step.Name)];

    [Theory]
    [MemberData(nameof(Steps))]
    public void Step_HostileTexts_ComesToAnEnd(string name)
    {
        var definition = Catalog.Find(name)!;
        var options = HostileCases.Options(name, _folder);
        var isBare = definition.Options.GetProperties().Any(property => property.IsDefined(typeof(RequiredMemberAttribute)));
        Assert.SkipWhen(isBare && options is null, $"{name} does not say what it does without options, and looks at no text.");
        using var models = new ModelPool(null!, null!, TimeProvider.System);
        var made = definition.Create(options ?? Activator.CreateInstance(definition.Options)!, 42, models);
        Assert.SkipWhen(options is null && made.Check().Any(), $"{name} needs options to do anything: {string.Join(' ', made.Check())}");
        Assert.Empty(made.Check());
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

    public void Dispose() => Directory.Delete(_folder, true);

    private sealed class Nowhere : IEntryWriter
    {
        public int Partitions => 4;

        public void Add(Channel channel, int partition, ReadOnlySpan<byte> entry)
        {
        }
    }
}
