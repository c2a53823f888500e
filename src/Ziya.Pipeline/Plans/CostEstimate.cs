using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;
using Ziya.Pipeline.Storage;

namespace Ziya.Pipeline.Plans;

/// <summary>What a step will ask of a model, by a sample of the input.</summary>
/// <param name="Step">The step.</param>
/// <param name="Use">What it asks, of which model.</param>
/// <param name="Cost">What that costs, in the currency of the model's prices; null where the entry names none.</param>
/// <param name="Time">What it takes a device of this machine, about; null of a model elsewhere.</param>
public sealed record StepCost(string Step, ModelUse Use, double? Cost, DeviceTime? Time);

/// <summary>
/// What a job will ask of its models, before anything is asked: from the first records of some shards, and the size of the rest. It is an upper bound of the requests as
/// far as steps before drop records, and of the answers, which are counted at their greatest length; prompts are counted by their characters.
/// </summary>
/// <param name="Sampled">Records looked at.</param>
/// <param name="Records">Records of the input, about.</param>
/// <param name="Steps">What each step asks of each model.</param>
/// <param name="Unknown">Steps whose records are made by a step before, of a kind that nothing is known of beforehand.</param>
public sealed record CostEstimate(int Sampled, double Records, IReadOnlyList<StepCost> Steps, IReadOnlyList<string> Unknown)
{
    private const int MostShards = 16;
    private const int RecordsPerShard = 250;

    /// <summary>Estimates a job over its input as it lies there now. Reads a little of it, writes and asks nothing.</summary>
    public static CostEstimate Of(Job job, StepCatalog catalog)
    {
        var plan = Planner.Make(job, catalog);
        var (records, readBytes, readAll) = Sample(job, catalog, plan);
        var sampled = records.Count;
        var total = plan.Shards.Sum(shard => shard.Bytes);
        var scale = readAll || readBytes == 0 ? 1 : (double)total / readBytes;
        var (steps, unknown, each) = (new List<StepCost>(), new List<string>(), scale);
        foreach (var step in job.Steps)
        {
            var made = step.Create(job.Seed);
            var fits = records.TrueForAll(made.In.IsInstanceOfType);
            if (!fits && JobModel.NamesIn(step.Options).Any())
            {
                unknown.Add(step.Key);
            }

            var uses = made.UsesOnce().Concat((fits ? records : []).SelectMany(made.Uses).Select(use => use.Times(each)));
            steps.AddRange(
                from use in uses
                group use by use.Model into same
                let sum = new ModelUse(same.Key, same.Sum(use => use.Requests), same.Sum(use => use.PromptTokens), same.Sum(use => use.CompletionTokens))
                let model = job.Models[sum.Model].Options
                select new StepCost(step.Key, sum, model.Price(sum.PromptTokens, sum.CompletionTokens), model.Time(sum.PromptTokens, sum.CompletionTokens)));
            each = (each * made.Growth) + (records.Count > 0 ? made.Makes / records.Count : 0);
            records = fits ? records.ConvertAll(made.Foresee) : records;
        }

        return new CostEstimate(sampled, sampled * scale, steps, unknown);
    }

    private static (List<Record> Records, long Bytes, bool All) Sample(Job job, StepCatalog catalog, Plan plan)
    {
        var records = new List<Record>();
        var (bytes, all) = (0L, plan.Shards.Count <= MostShards);
        var scratch = Path.Combine(Path.GetTempPath(), "ziya");
        using var models = new ModelPool(job, new FileStore(scratch), TimeProvider.System);
        var context = new TaskContext(job, plan, catalog, new FileStore(scratch), scratch, 1 << 20, new TaskProgress(new RunProgress()), models, TimeProvider.System);
        var stride = Math.Max(1, plan.Shards.Count / MostShards);
        foreach (var shard in plan.Shards.Where((_, i) => i % stride == 0).Take(MostShards))
        {
            var count = 0;
            foreach (var incoming in new InputSource(job, context.Catalog).Read(shard))
            {
                if (++count > RecordsPerShard)
                {
                    all = false;
                    break;
                }

                // And the end of its line.
                bytes += incoming.Bytes + 1;
                records.AddRange(incoming.Record is { } record ? [record] : []);
            }
        }

        return (records, bytes, all);
    }
}
