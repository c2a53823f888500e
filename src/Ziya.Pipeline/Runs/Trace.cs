using System.Globalization;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Plans;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Shuffle;
using Ziya.Pipeline.Steps;

namespace Ziya.Pipeline.Runs;

/// <summary>One line of a record's story.</summary>
/// <param name="Where">The source, a step, or the output.</param>
/// <param name="What">What happened there.</param>
public sealed record TraceLine(string Where, string What);

/// <summary>
/// The story of a record through a run: found by its id in what the run wrote, then taken again from its source line through every step, with the
/// findings of the global steps that lie in the run folder.
/// </summary>
public sealed class Trace
{
    private const int MostStories = 10;

    private readonly RunFolder _folder;
    private readonly TaskContext _context;
    private readonly CompiledPlan _compiled;
    private readonly TraceFinder _finder;
    private readonly bool _asks;

    private Trace(RunFolder folder, Plan plan, Job job, StepCatalog catalog, ModelPool models, bool asks, TimeProvider time, CancellationToken cancel)
    {
        _folder = folder;
        _asks = asks;
        _compiled = Planner.Compile(job, plan.Shards);
        var scratch = Path.Combine(Path.GetTempPath(), $"ziya-{Environment.ProcessId}");
        _context = new TaskContext(job, plan, catalog, folder.Store, scratch, TaskContext.SortBytesOf(job.Limits, 1), new TaskProgress(new RunProgress()), models, time);
        _finder = new TraceFinder(folder, _compiled, _context, cancel);
    }

    /// <summary>The stories of the records of an id: one, or more where the input used an id again; none where it is not in the run.</summary>
    /// <param name="folder">The run folder.</param>
    /// <param name="catalog">The steps and formats.</param>
    /// <param name="id">The id.</param>
    /// <param name="time">The clock.</param>
    /// <param name="asks">
    /// Whether steps that ask models or start programs are taken again: answers that the run folder has cost nothing, others are asked for. Otherwise a story goes on behind such a step with what is written.
    /// </param>
    /// <param name="cancel">Gives the search up.</param>
    public static IReadOnlyList<IReadOnlyList<TraceLine>> Of(RunFolder folder, StepCatalog catalog, string id, TimeProvider time, bool asks = true, CancellationToken cancel = default)
    {
        var plan = folder.ReadPlan() ?? throw new FileNotFoundException($"{folder.Root} has no plan.json: it is not a run folder.");
        var job = folder.ReadJob(catalog);
        using var models = new ModelPool(job, folder.Store, time);
        var trace = new Trace(folder, plan, job, catalog, models, asks, time, cancel);
        var found = trace._finder.Find(id).Take(MostStories).ToList();
        return found.Count > 0 ? [.. found.Select(one => trace.Tell(one, id).ToList())] : [.. trace.TellMade(id).Take(MostStories)];
    }

    /// <summary>The stories of a record that was made: each begins with one it may come from.</summary>
    private List<List<TraceLine>> TellMade(string id)
    {
        var stories = FindParents(id).Select(parent => Tell(parent, id).ToList()).Where(story => story.Exists(line => line.What.StartsWith(MadeOf(id), StringComparison.Ordinal))).ToList();
        if (stories.Count > 0 || _asks)
        {
            return stories;
        }

        // Made by a step that is not done again: what is written says what it was made of.
        var written = _finder.Written(id, null).ToList();
        return written.Count > 0 ? [written] : [];
    }

    /// <summary>The records of the input that a made record may come from: the id of what is made begins with that of what it is made of.</summary>
    private List<TraceFound> FindParents(string id) =>
        Enumerable.Range(1, Math.Max(0, id.Length - 1)).Where(at => id[at] is '/' or '-').Reverse().Select(at => _finder.Find(id[..at]).Take(MostStories).ToList()).FirstOrDefault(parents => parents.Count > 0) ?? [];

    private static bool IsMadeOf(string id, string parent) => id.Length > parent.Length && id.StartsWith(parent, StringComparison.Ordinal) && id[parent.Length] is '/' or '-';

    private static string MadeOf(string id) => $"made '{id}' of ";

    private IEnumerable<TraceLine> Tell(TraceFound found, string id)
    {
        yield return new TraceLine("source", Source(found.At));
        if (found.Unreadable is { } reason)
        {
            yield return new TraceLine("quarantine", reason);
            yield break;
        }

        var record = _finder.ReadSource(found);
        if (record is null)
        {
            yield return new TraceLine("source", "the input is no longer there, or not as it was: the steps cannot be shown again.");
            yield break;
        }

        yield return new TraceLine("read", record.Id == id ? Describe(record) : $"'{record.Id}', {Describe(record)}");
        foreach (var pass in _compiled.Work.OfType<PassWork>())
        {
            var (lines, after) = Tell(pass, found, record, id);
            foreach (var line in lines)
            {
                yield return line;
            }

            if (after is null)
            {
                yield break;
            }

            record = after;
        }

        yield return new TraceLine("output", _finder.FindOutput(found, record)
            ?? "not written yet: the run has not come this far. `ziya run` continues it.");
    }

    private (List<TraceLine> Lines, Record? After) Tell(PassWork pass, TraceFound found, Record record, string id)
    {
        var lines = new List<TraceLine>();
        foreach (var step in pass.Running)
        {
            if (!_asks && IsAsked(step))
            {
                lines.Add(new TraceLine(step.Key, "is not done again for looking at it: it asks a model, or starts a program. What came of it:"));
                lines.AddRange(_finder.Written(id, found.At).DefaultIfEmpty(new TraceLine("output", "no record of this id is written or dropped behind it: the run has not come this far, or the output's format has no ids.")));
                return (lines, null);
            }

            var made = step.Create(_context.Job.Seed, _asks ? _context.Models : null);
            if (made is IGlobalStep && !_finder.IsDone(pass.FindingsFrom))
            {
                lines.Add(new TraceLine(step.Key, "not decided yet: the run has not come this far. `ziya run` continues it."));
                return (lines, null);
            }

            Func<Record, Verdict<Record>> apply = made switch
            {
                IGlobalStep global => current => Apply(global, pass, found, current),
                IAsyncStep asked => current => asked.Apply(current, default).GetAwaiter().GetResult(),
                _ => ((IRecordStep)made).Apply,
            };
            if (Apply(step.Key, lines, record, id, apply) is not { } after)
            {
                return (lines, null);
            }

            record = after;
        }

        return (lines, record);
    }

    private static bool IsAsked(JobStep step) => step.Create(0) is { } made && (made is IAsyncStep || (made is not IGlobalStep && JobModel.NamesIn(step.Options).Any()));

    private Verdict<Record> Apply(IGlobalStep step, PassWork pass, TraceFound found, Record record)
    {
        using var shared = new ExternalSorter(_context.Scratch, _context.SortBytes);
        ReduceTask.Fill(shared, pass.FindingsFrom.Where(source => source.Channel.Spread == Spread.One), 0, _context, default);
        step.Prepare(shared);
        var ordinal = _finder.OrdinalIn(pass.Base!.Phase, found, record.Id);
        using var findings = new Findings(pass, found.Shard, _context, default);
        return step.Apply(record, new Address(found.Shard, ordinal), findings.For(ordinal));
    }

    private static Record? Apply(string step, List<TraceLine> lines, Record record, string id, Func<Record, Verdict<Record>> apply)
    {
        Verdict<Record> verdict;
        try
        {
            verdict = apply(record);
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or OutOfMemoryException or IOException))
        {
            lines.Add(new TraceLine(step, $"failed, so the record is in quarantine: {exception.GetType().Name}: {exception.Message}"));
            return null;
        }

        // The story goes on with what was made, where it is about that.
        if (verdict.Created.FirstOrDefault(made => made.Record.Id == id) is { } wanted || (wanted = verdict.Created.FirstOrDefault(made => made.Drop is null && IsMadeOf(id, made.Record.Id) && !IsMadeOf(made.Record.Id, id))) is not null)
        {
            lines.Add(new TraceLine(step, $"{MadeOf(wanted.Record.Id)}'{Lineage(wanted.Record, "parent") ?? record.Id}'{Told(wanted.Record)}: {Describe(wanted.Record)}"));
            lines.AddRange(wanted.Drop is { } fault ? [new TraceLine(step, $"dropped: {fault.Reason}")] : []);
            return wanted.Drop is null ? wanted.Record with { Origin = record.Origin } : null;
        }

        if (verdict.Record is { } after)
        {
            lines.Add(new TraceLine(step, Difference(record, after)));
            lines.AddRange(verdict.Created.Select(created => new TraceLine(step, $"made '{created.Record.Id}' of it{(created.Drop is { } drop ? $", dropped: {drop.Reason}" : "")}")));
            return after with { Origin = record.Origin };
        }

        var detail = verdict.Detail is null ? "" : string.Concat(verdict.Detail.Select(pair => $", {pair.Key} {pair.Value}"));
        lines.Add(new TraceLine(step, $"dropped: {verdict.Reason}{detail}"));
        return null;
    }

    private static string? Lineage(Record record, string name) => Provenance.Of(record).FirstOrDefault(pair => pair.Key == name).Value;

    private static string Told(Record record) => string.Concat(Provenance.Of(record).Where(pair => pair.Key is not ("parent" or "root")).Select(pair => $", {pair.Key} {pair.Value}"));

    /// <summary>What a step changed, field by field; of long texts how many characters.</summary>
    private static string Difference(Record before, Record after)
    {
        if (ReferenceEquals(before, after))
        {
            return "kept";
        }

        var parts = new List<string>();
        if (before.Content != after.Content)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"text {before.Content.Length} -> {after.Content.Length} characters"));
        }

        Add(parts, "language", before.Language, after.Language);
        Add(parts, "bucket", before.Bucket, after.Bucket);
        foreach (var (name, value) in after.Scores)
        {
            if (!before.Scores.TryGet(name, out var old) || old != value)
            {
                parts.Add(string.Create(CultureInfo.InvariantCulture, $"{name} {value:0.####}"));
            }
        }

        foreach (var name in after.Meta.Names.Union(before.Meta.Names))
        {
            Add(parts, $"meta.{name}", before.Meta.GetText(name), after.Meta.GetText(name));
        }

        return parts.Count == 0 ? "kept" : "kept: " + string.Join(", ", parts);
    }

    private static void Add(List<string> parts, string name, string? before, string? after)
    {
        if (before != after)
        {
            parts.Add($"{name} {after}");
        }
    }

    private static string Describe(Record record)
    {
        const int Most = 80;
        return string.Create(CultureInfo.InvariantCulture, $"{record.Content.Length} characters: {Excerpt.Marked(record.Content.ReplaceLineEndings(" "), Most)}");
    }

    private static string Source(Origin at)
    {
        using var numbers = new LineNumbers();
        var line = at.Line > 0 ? at.Line : numbers.Of(at.File, at.Offset);
        return line > 0
            ? string.Create(CultureInfo.InvariantCulture, $"{at.File}:{line} (byte {at.Offset})")
            : string.Create(CultureInfo.InvariantCulture, $"{at.File}, byte {at.Offset}");
    }
}
