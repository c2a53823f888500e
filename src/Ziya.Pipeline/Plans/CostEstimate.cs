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
public sealed record StepCost(string Step, ModelUse Use, double? Cost);

/// <summary>
/// What a job will ask of its models, before anything is asked: from the first records of some shards, and the size of the rest. It is an upper bound of the requests as
/// far as steps before drop records, and of the answers, which are counted at their greatest length; prompts are counted by their characters.
/// </summary>
/// <param name="Sampled">Records looked at.</param>
/// <param name="Records">Records of the input, about.</param>
/// <param name="Steps">What each step asks of each model.</param>
/// <param name="Unknown">Steps whose records are made by a step before, of another kind than the input: nothing is known of their texts.</param>
public sealed record CostEstimate(int Sampled, double Records, IReadOnlyList<StepCost> Steps, IReadOnlyList<string> Unknown)
{
    private const int MostShards = 16;
    private const int RecordsPerShard = 250;

    /// <summary>Estimates a job over its input as it lies there now. Reads a little of it, writes and asks nothing.</summary>
    public static CostEstimate Of(Job job, StepCatalog catalog)
    {
        var plan = Planner.Make(job, catalog);
        var (records, readBytes, readAll) = Sample(job, catalog, plan);
        var total = plan.Shards.Sum(shard => shard.Bytes);
        var scale = readAll || readBytes == 0 ? 1 : (double)total / readBytes;
        var (steps, unknown, growth) = (new List<StepCost>(), new List<string>(), 1.0);
        foreach (var step in job.Steps)
        {
            var made = step.Create(job.Seed);
            var fits = records.TrueForAll(made.In.IsInstanceOfType);
            if (!fits && JobModel.NamesIn(step.Options).Any())
            {
                unknown.Add(step.Key);
            }

            var uses = made.UsesOnce().Concat((fits ? records : []).SelectMany(made.Uses).Select(use => use with
            {
                Requests = use.Requests * scale * growth,
                PromptTokens = use.PromptTokens * scale * growth,
                CompletionTokens = use.CompletionTokens * scale * growth,
            }));
            steps.AddRange(
                from use in uses
                group use by use.Model into same
                let sum = new ModelUse(same.Key, same.Sum(use => use.Requests), same.Sum(use => use.PromptTokens), same.Sum(use => use.CompletionTokens))
                select new StepCost(step.Key, sum, job.Models[sum.Model].Options.Price(sum.PromptTokens, sum.CompletionTokens)));
            growth *= made.Growth;
        }

        return new CostEstimate(records.Count, records.Count * scale, steps, unknown);
    }

    private static (List<Record> Records, long Bytes, bool All) Sample(Job job, StepCatalog catalog, Plan plan)
    {
        var records = new List<Record>();
        var (bytes, all) = (0L, plan.Shards.Count <= MostShards);
        var scratch = Path.Combine(Path.GetTempPath(), "ziya");
        using var models = new ModelPool(job, new FileStore(scratch), TimeProvider.System);
        var context = new TaskContext(job, plan, catalog, new FileStore(scratch), scratch, 1 << 20, new RunProgress(), models, TimeProvider.System);
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
