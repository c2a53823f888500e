using Ziya.Models.Generation;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;
using Ziya.Synthesis.Prompts;

namespace Ziya.Synthesis.SelfInstruct;

/// <summary>
/// Makes many tasks of a few: Self-Instruct (Wang et al. 2023, arXiv:2212.10560), in Chinese from Chinese seeds and in English from English ones, in the proportion of the
/// seeds. What a filter rejects is counted and kept in `dropped/`, with what it was too much like.
/// </summary>
/// <remarks>
/// <list type="number">
/// <item>Map: note the seeds, which are the instructions that come in.</item>
/// <item>Grow: in rounds, show the model some seeds and some of its own tasks, read the list it goes on with, and take what passes the filters and is new by ROUGE-L
/// (<see cref="Growth"/>). A reply that holds no task is kept as <c>unparsable</c>. One task of the run does it, since each round depends on the one before; its requests go out together.</item>
/// <item>For each new task ask whether it is a classification, then for examples: label first for those, input first for others. Examples without output, or whose output is the
/// input, are left out; of equal inputs with different outputs all are.</item>
/// <item>Apply: what is made stands behind the first seed that was shown for it.</item>
/// </list>
/// </remarks>
[Step("self_instruct")]
public sealed class SelfInstruct(SelfInstructOptions options) : GlobalStep<Instruction>
{
    private static readonly Channel Seeds = new("seeds", Spread.One);

    private readonly Lazy<PromptBook> _prompts = new(() => new PromptBook(options.Prompts, "self_instruct/"));

    /// <inheritdoc/>
    public override bool Creates => true;

    /// <inheritdoc/>
    public override IReadOnlyList<Channel> Maps => [Seeds];

    /// <inheritdoc/>
    public override IReadOnlyList<Stage> Stages => [new GrowStage(this)];

    private Growth Pool => new(options, _prompts.Value, Model<IGenerator>(options.Model), Seed, (record, operation) => For(record, operation));

    /// <inheritdoc/>
    public override string Version() => _prompts.Value.Version;

    /// <inheritdoc/>
    public override IEnumerable<string> Check() =>
    [
        .. options.ShownOwn >= options.Shown ? ["'shown_own' is not below 'shown': at least one seed has to be shown."] : Array.Empty<string>(),
        .. PromptBook.Fault(() => _prompts.Value),
    ];

    /// <inheritdoc/>
    public override IEnumerable<ModelUse> UsesOnce()
    {
        // A request gives eight tasks at most, of which half are taken in a healthy pool; a task shown has some thirty tokens.
        const int Taken = 4;
        const int Shown = 30;
        const int Around = 100;
        var asked = Math.Ceiling((double)options.Count / Taken);
        yield return new ModelUse(options.Model, asked, asked * ((options.Shown * Shown) + Around), asked * options.MaxTokens);
        if (options.Instances > 0)
        {
            yield return new ModelUse(options.Model, 2.0 * options.Count, 2.0 * options.Count * (Around + Shown), options.Count * (double)options.MaxTokens);
        }
    }

    /// <inheritdoc/>
    public override double Makes => options.Count * Math.Max(1, options.Instances);

    /// <inheritdoc/>
    public override void Map(Instruction record, Address at, IEntryWriter entries)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(entries);
        var entry = new JsonLine();
        Span<byte> key = stackalloc byte[Address.Size];
        at.Write(key);
        entry.Raw(key);
        MadeRecords.Write(entry, record);
        entries.Add(Seeds, 0, entry.Written);
    }

    /// <inheritdoc/>
    public override Verdict<Instruction> Apply(Instruction record, Address at, ReadOnlySpan<byte> finding)
    {
        Verdict<Instruction> verdict = options.KeepSeeds ? record : new Drop("seed");
        return finding.IsEmpty ? verdict : verdict.And(MadeRecords.Read(finding));
    }

    private sealed class GrowStage(SelfInstruct step) : Stage("grow", [Seeds], [Findings])
    {
        public override void Reduce(IEnumerable<Entry> entries, IEntryWriter output) => Reduce(entries, output, default);

        public override void Reduce(IEnumerable<Entry> entries, IEntryWriter output, CancellationToken cancel)
        {
            var seeds = entries.Select(entry => (At: Address.Read(entry.Span), Task: MadeRecords.ReadOne(entry.Span[Address.Size..]))).ToList();
            var made = step.Pool.Run([.. seeds.Select(seed => seed.Task)], cancel).GetAwaiter().GetResult();
            foreach (var group in made.GroupBy(one => seeds[one.Seed].At, one => one.Made).OrderBy(group => group.Key))
            {
                var entry = new JsonLine();
                var key = new byte[Address.Size];
                group.Key.Write(key);
                entry.Raw(key);
                MadeRecords.Write(entry, [.. group]);
                output.Add(Findings, group.Key.Shard, entry.Written);
            }
        }
    }
}
