using System.Globalization;
using System.Text;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Reading;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Pipeline.Plans;

/// <summary>A plan with what its phases do.</summary>
/// <param name="Plan">The plan as written to the disk.</param>
/// <param name="Work">What each phase does, in the same order.</param>
internal sealed record CompiledPlan(Plan Plan, IReadOnlyList<PhaseWork> Work);

/// <summary>
/// Turns a job into phases. Steps over single records are fused into passes over the shards; a global step ends a pass with its
/// map side, adds a phase a stage, and begins the next pass with its apply side. Only the first pass writes texts; later passes
/// write what they change, by ordinal, and the last one joins it all into the outputs.
/// </summary>
internal sealed class Planner
{
    // Changes when the form of intermediate files does, so that older ones are not taken over.
    private const string FormatVersion = "3";
    private const long BytesPerPartition = 64L << 20;
    private const int MostPartitions = 256;
    private const int WantedLastTasks = 64;

    private readonly Job _job;
    private readonly IReadOnlyList<Shard> _shards;
    private readonly List<PhaseWork> _work = [];
    private readonly long _inputBytes;
    private readonly Dictionary<string, string> _models;
    private readonly int _partitions;

    private Planner(Job job, IReadOnlyList<Shard> shards)
    {
        _job = job;
        _shards = shards;
        _models = job.Models.ToDictionary(model => model.Key, model => $"{model.Value.Options.GetType().Module.ModuleVersionId}\n{model.Value.Identity()}{(model.Value.Options.IsRecorded ? "\nrecorded" : "")}");
        _inputBytes = shards.Sum(shard => shard.Bytes);
        _partitions = (int)Math.Clamp(_inputBytes / BytesPerPartition, 1, MostPartitions);
    }

    /// <summary>The plan of a job over the shards of its input.</summary>
    public static CompiledPlan Compile(Job job, IReadOnlyList<Shard> shards) => new Planner(job, shards).Compile();

    /// <summary>The plan of a job over its input as it lies there now.</summary>
    public static Plan Make(Job job, StepCatalog catalog) => Compile(job, InputListing.Shards(job, catalog)).Plan;

    private CompiledPlan Compile()
    {
        var kind = _job.Input.Kind;
        var passes = new List<PassWork>();
        JobStep? apply = null;
        IReadOnlyList<ChannelSource> findings = [];
        var fused = new List<JobStep>();
        foreach (var step in _job.Steps)
        {
            if (step.Create(_job.Seed) is not IGlobalStep)
            {
                fused.Add(step);
                continue;
            }

            var pass = AddPass(passes, apply, findings, fused, step, kind);
            passes.Add(pass);
            kind = pass.Out;
            findings = AddStages(pass, step);
            apply = step;
            fused = [];
        }

        var last = AddPass(passes, apply, findings, fused, null, kind);
        if (last.Gathers)
        {
            AddGather(last);
        }

        var jobHash = JobYaml.Hash(_job);
        var plan = new Plan(_job.Name, jobHash, RunHash(jobHash), _shards, [.. _work.Select(work => work.Phase)])
        {
            Partitions = _partitions,
            Models = _job.Models.Count == 0 ? null : _job.Models.ToDictionary(model => model.Key, model => new PlanModel(model.Value.Options.Title, model.Value.Options.LicenseOf())),
        };
        return new CompiledPlan(plan, _work);
    }

    private PassWork AddPass(
        List<PassWork> passes, JobStep? apply, IReadOnlyList<ChannelSource> findings, List<JobStep> fused, JobStep? map, RecordKind kind)
    {
        var role = passes.Count == 0 ? "read" : map is null ? "write" : "map-" + map.Key;
        var name = fused.Count > 0 ? fused[0].Key : role;
        var tasks = map is null ? LastTasks() : [.. _shards.Select(shard => new PlanTask(shard.Number, shard.Number, shard.Number, shard.Bytes))];
        var keys = new[] { apply }.OfType<JobStep>().Concat(fused).Concat(new[] { map }.OfType<JobStep>()).Select(step => step.Key);
        var end = fused.Select(step => step.Create(_job.Seed).Out).Where(type => type != typeof(Record)).LastOrDefault();
        var kindOut = end is null ? kind : Enum.Parse<RecordKind>(end.Name);
        var phase = new Phase(
            Numbered(name), PhaseKind.Pass, PassHash(passes, apply, findings, fused, map), [.. keys], Name(kind), Name(kindOut), _inputBytes, tasks);
        var from = passes.FindLastIndex(pass => pass.WritesBase);
        var work = new PassWork(
            phase, from < 0 ? null : passes[from], [.. passes.Skip(from + 1)], apply, findings, [.. fused], map, kind, kindOut)
        {
            Gathers = map is null && typeof(Writing.TokenFormat).IsAssignableFrom(_job.Output.FormatType),
            Creates = new[] { apply }.OfType<JobStep>().Concat(fused).Any(step => step.Create(_job.Seed).Creates),
        };
        _work.Add(work);
        return work;
    }

    private void AddGather(PassWork last)
    {
        var tasks = Enumerable.Range(0, _partitions).Select(at => new PlanTask(at, at, at, _inputBytes / _partitions));
        var hash = JobYaml.HashOf($"gather {last.Phase.Hash}");
        var phase = new Phase(Numbered("shuffle"), PhaseKind.Gather, hash, [], "tokens", "tokens", _inputBytes, [.. tasks]);
        _work.Add(new GatherWork(phase, new ChannelSource(last.Phase, Writing.TokenSpill.Tokens), last.Out));
    }

    private static string Name(RecordKind kind) => OptionShape.SnakeCase(kind.ToString());

    private List<ChannelSource> AddStages(PassWork pass, JobStep step)
    {
        var made = (IGlobalStep)step.Create(_job.Seed);
        var written = made.Maps.ToDictionary(channel => channel.Name, channel => new ChannelSource(pass.Phase, channel));
        for (var i = 0; i < made.Stages.Count; i++)
        {
            var stage = made.Stages[i];
            var reads = stage.Reads.Select(channel => written[channel.Name]).ToList();
            var name = made.Stages.Count == 1 ? step.Key : $"{step.Key}-{stage.Name}";
            var hash = JobYaml.HashOf(string.Join('\n', reads.Select(read => read.Phase.Hash + read.Channel.Name).Append(Describe(step)).Append($"{i}")));
            var count = Count(stage.Reads[0].Spread);
            var bytes = _inputBytes / 10;
            var tasks = Enumerable.Range(0, count).Select(at => new PlanTask(at, at, at, bytes / count));
            var phase = new Phase(Numbered(name), PhaseKind.Reduce, hash, [step.Key], "entries", "entries", bytes, [.. tasks]);
            _work.Add(new ReduceWork(phase, step, i, reads));
            foreach (var channel in stage.Writes)
            {
                written[channel.Name] = new ChannelSource(phase, channel);
            }
        }

        // What apply reads is what the stages left: the findings by shard, and what is shared by all.
        var last = made.Stages.SelectMany(stage => stage.Writes).Where(channel => !made.Stages.Any(stage => stage.Reads.Contains(channel)));
        return [.. last.Distinct().Select(channel => written[channel.Name])];
    }

    private int Count(Spread spread) => spread switch
    {
        Spread.Partitions => _partitions,
        Spread.One => 1,
        _ => new Plan("", "", "", _shards, []) { Partitions = 1 }.ShardGroups,
    };

    /// <summary>The last pass takes several shards a task, so that outputs come near to their size limit without too few tasks.</summary>
    private PlanTask[] LastTasks()
    {
        if (_shards.Count == 0)
        {
            return [];
        }

        var average = Math.Max(1, _inputBytes / _shards.Count);
        var each = (int)Math.Clamp(Math.Min((_job.Output.ShardMb << 20) / average, (_shards.Count + WantedLastTasks - 1) / WantedLastTasks), 1, int.MaxValue);
        return
        [
            .. _shards.Chunk(each).Select((chunk, number) =>
                new PlanTask(number, chunk[0].Number, chunk[^1].Number, chunk.Sum(shard => shard.Bytes))),
        ];
    }

    private string Numbered(string name) => string.Create(CultureInfo.InvariantCulture, $"{_work.Count + 1:00}-{name}");

    private string PassHash(List<PassWork> passes, JobStep? apply, IReadOnlyList<ChannelSource> findings, List<JobStep> fused, JobStep? map)
    {
        var text = new StringBuilder();
        text.AppendLine(FormatVersion).AppendLine(typeof(Planner).Module.ModuleVersionId.ToString());
        text.Append(CultureInfo.InvariantCulture, $"seed {_job.Seed} partitions {_partitions}\n");
        if (passes.Count == 0)
        {
            text.AppendLine(JobYaml.WriteOptions(_job.Input)).AppendLine(InputVersions());
            text.Append(CultureInfo.InvariantCulture, $"record_mb {_job.Limits.RecordMb}\n");
        }

        foreach (var pass in passes)
        {
            text.AppendLine(pass.Phase.Hash);
        }

        foreach (var finding in findings)
        {
            text.AppendLine(finding.Phase.Hash + finding.Channel.Name);
        }

        foreach (var step in new[] { apply }.OfType<JobStep>().Concat(fused))
        {
            text.AppendLine(Describe(step));
        }

        text.AppendLine(map is null ? Describe(_job.Output) : "map " + Describe(map));
        return JobYaml.HashOf(text.ToString());
    }

    private string Describe(JobStep step) =>
        $"{step.Key} {step.Definition.Step.Module.ModuleVersionId}\n{JobYaml.WriteOptions(step.Options)}"
        + string.Concat(JobModel.NamesIn(step.Options).Select(name => $"model {name} {_models[name]}\n")) + step.Create(_job.Seed).Version();

    private static string Describe(OutputOptions output) =>
        $"{JobYaml.WriteOptions(output with { Write = Writing.FolderPattern.Rest(output.Write) })}{output.FormatType.Module.ModuleVersionId}\n{output.OpenFormat().Version()}";

    private string RunHash(string jobHash) => JobYaml.HashOf(jobHash + _job.Output.OpenFormat().Version() + InputVersions() + string.Concat(_job.Models.Values.Select(model => model.Options.Version())) + string.Concat(_job.Steps.Select(step => step.Create(_job.Seed).Version())));

    private string InputVersions()
    {
        var text = new StringBuilder();
        foreach (var shard in _shards)
        {
            text.Append('\n');
            foreach (var slice in shard.Slices)
            {
                text.Append(CultureInfo.InvariantCulture, $"{slice.File}|{slice.Name}|{slice.Format}|{slice.Start}|{slice.End}|{slice.FileBytes}|{slice.Version}\n");
            }
        }

        return text.ToString();
    }
}
