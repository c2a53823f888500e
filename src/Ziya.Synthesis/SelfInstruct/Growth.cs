using System.Globalization;
using System.Text.Json.Nodes;
using Ziya.Models.Generation;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;
using Ziya.Synthesis.Prompts;

namespace Ziya.Synthesis.SelfInstruct;

/// <summary>The pool of tasks as it grows. The same seeds, options, seed and answers give the same tasks, however many requests are in flight.</summary>
internal sealed class Growth(SelfInstructOptions options, PromptBook prompts, IGenerator model, ulong seed, Func<string, string, Purpose> purpose)
{
    // A model that goes on to number 16 after eight, as in the paper, writes so many.
    private const int Asked = 8;

    private readonly RougeIndex _index = new();
    private readonly List<Pooled> _pool = [];
    private readonly Dictionary<string, List<Pooled>> _seeds = [];
    private readonly Dictionary<string, List<Pooled>> _own = [];
    private readonly List<(int Seed, Made<Instruction> Made)> _made = [];

    /// <summary>Grows the pool; all that was made, each with the number of the first seed shown for it.</summary>
    public async Task<IReadOnlyList<(int Seed, Made<Instruction> Made)>> Run(IReadOnlyList<Instruction> seeds, CancellationToken cancel)
    {
        for (var i = 0; i < seeds.Count; i++)
        {
            Add(new Pooled(seeds[i].Id, Flat(seeds[i].Text), PromptBook.LanguageOf(seeds[i]), i, false));
        }

        var idle = 0;
        for (var round = 1; seeds.Count > 0 && idle < options.Patience && Own < options.Count; round++)
        {
            var before = Own;
            await Round(round, cancel).ConfigureAwait(false);
            idle = Own > before ? 0 : idle + 1;
        }

        return options.Instances == 0 ? _made : await WithInstances(cancel).ConfigureAwait(false);
    }

    private int Own => _own.Values.Sum(tasks => tasks.Count);

    private async Task Round(int round, CancellationToken cancel)
    {
        var requests = Enumerable.Range(0, options.Round).Select(i => Draw($"{round}-{i}")).ToList();
        var replies = await Task.WhenAll(requests.Select(request => Reply(request, cancel))).ConfigureAwait(false);
        foreach (var (request, (reply, missing)) in requests.Zip(replies))
        {
            if (reply is null)
            {
                // It concerns no record that could be quarantined.
                _made.Add((request.Seed, new Made<Instruction>(Made(request, "", $"self_instruct/{request.Name}", options.Model), NotRecorded(missing!))));
                continue;
            }

            var tasks = TaskReply.Tasks(reply.Text, reply.Ending == Ending.Length);
            if (tasks.Count == 0)
            {
                _made.Add((request.Seed, new Made<Instruction>(Made(request, "", $"self_instruct/{request.Name}", reply.Model), new Drop("unparsable", new JsonObject { ["reply"] = reply.Text }))));
            }

            for (var i = 0; i < tasks.Count && Own < options.Count; i++)
            {
                Take(request, tasks[i], $"self_instruct/{request.Name}-{(i + 1).ToString(CultureInfo.InvariantCulture)}", reply.Model);
            }
        }
    }

    private async Task<(Completion? Reply, MissingAnswerException? Missing)> Reply(Drawn request, CancellationToken cancel)
    {
        try
        {
            return (await model.Ask(options.Model, purpose($"self_instruct/{request.Name}", "tasks"), request.Request, cancel).ConfigureAwait(false), null);
        }
        catch (MissingAnswerException exception)
        {
            return (null, exception);
        }
    }

    private static Drop NotRecorded(MissingAnswerException exception) => new("not_recorded", new JsonObject { ["fault"] = exception.Message });

    /// <summary>What one request shows: of one language, drawn by the share of its seeds; some of the model's own, the rest seeds, in a drawn order.</summary>
    private Drawn Draw(string name)
    {
        var random = Asking.Draw(seed, name, "self_instruct");
        var language = _pool[(int)(random % (ulong)_seeds.Values.Sum(tasks => tasks.Count))].Language;
        var own = Asking.Drawn(_own.GetValueOrDefault(language, []), task => task.Id, seed, name, options.ShownOwn);
        var given = Asking.Drawn(_seeds[language], task => task.Id, seed, name, options.Shown - own.Count);
        var shown = given.Concat(own).OrderBy(task => Asking.Draw(seed, task.Id, name + " order")).ToList();
        var prompt = prompts.For(language, "self_instruct/tasks");
        var text = prompt.Fill(
            ("examples", string.Join('\n', shown.Select((task, i) => string.Create(CultureInfo.InvariantCulture, $"{i + 1}. {task.Text}")))),
            ("next", (shown.Count + 1).ToString(CultureInfo.InvariantCulture)),
            ("last", (shown.Count + Asked).ToString(CultureInfo.InvariantCulture)));
        return new Drawn(name, language, given[0].Seed, prompt, [.. shown.Select(task => task.Id)], Request(prompt, text, random));
    }

    private void Take(Drawn from, string text, string id, string by)
    {
        Drop? drop = null;
        if (TaskFilter.Fault(text, from.Language) is { } fault)
        {
            drop = new Drop(fault);
        }
        else if (_index.Find(text, options.MaxSimilarity) is { } like)
        {
            drop = new Drop("not_new", new JsonObject { ["like"] = _pool[like.Text].Id, ["text"] = _pool[like.Text].Text, ["similarity"] = Math.Round(like.Similarity, 4) });
        }
        else
        {
            Add(new Pooled(id, text, from.Language, from.Seed, true));
        }

        _made.Add((from.Seed, new Made<Instruction>(Made(from, text, id, by), drop)));
    }

    private static Instruction Made(Drawn from, string text, string id, string by) => new()
    {
        Id = id,
        Text = text,
        Language = from.Language,
        Lineage = Fields.Empty.With("parents", string.Join(' ', from.Shown)).With("prompt", $"{from.Prompt.Name} v{from.Prompt.Version.ToString(CultureInfo.InvariantCulture)}").With("model", by),
    };

    private void Add(Pooled task)
    {
        _pool.Add(task);
        _index.Add(task.Text);
        var tasks = task.IsOwn ? _own : _seeds;
        if (!tasks.TryGetValue(task.Language, out var same))
        {
            tasks.Add(task.Language, same = []);
        }

        same.Add(task);
    }

    private async Task<IReadOnlyList<(int Seed, Made<Instruction> Made)>> WithInstances(CancellationToken cancel)
    {
        using var places = new SemaphoreSlim(Math.Max(1, model.Width) * Asking.Ahead);
        var whole = await Task.WhenAll(_made.Select(async one =>
        {
            if (one.Made.Drop is not null)
            {
                return [one.Made];
            }

            await places.WaitAsync(cancel).ConfigureAwait(false);
            try
            {
                return await Instances(one.Made.Record, cancel).ConfigureAwait(false);
            }
            catch (MissingAnswerException exception)
            {
                return [one.Made with { Drop = NotRecorded(exception) }];
            }
            finally
            {
                places.Release();
            }
        })).ConfigureAwait(false);
        return [.. _made.Zip(whole, (one, made) => made.Select(record => (one.Seed, record))).SelectMany(records => records)];
    }

    private async Task<List<Made<Instruction>>> Instances(Instruction task, CancellationToken cancel)
    {
        const int VerdictTokens = 8;
        var classify = prompts.For(task.Language!, "self_instruct/classify");
        var verdict = await model.Ask(
            options.Model, purpose(task.Id, "classify"), Request(classify, classify.Fill(("instruction", task.Text)), 0) with { Sampling = Asking.Greedy, MaxTokens = VerdictTokens }, cancel).ConfigureAwait(false);
        var isClassification = TaskReply.IsYes(verdict.Text);
        var prompt = prompts.For(task.Language!, isClassification ? "self_instruct/labels" : "self_instruct/instances");

        // One more than wanted of a classification, so that there is a choice of labels; a single one would always be the first that comes to mind.
        var count = options.Instances + (isClassification ? 1 : 0);
        var number = count.ToString(CultureInfo.InvariantCulture);
        var asked = task.Language == "zh" ? $"{number} 个例子" : count == 1 ? "1 example" : $"{number} examples";
        var reply = await model.Ask(
            options.Model, purpose(task.Id, "instances"), Request(prompt, prompt.Fill(("instruction", task.Text), ("count", asked)), Asking.Draw(seed, task.Id, "instances")), cancel).ConfigureAwait(false);
        var isCut = reply.Ending == Ending.Length;
        var instances = Usable(isClassification ? TaskReply.Labels(reply.Text, isCut) : TaskReply.Instances(reply.Text, isCut));
        instances = [.. instances.OrderBy(instance => isClassification ? Asking.Draw(seed, task.Id, instance.Output) : 0).Take(options.Instances)];
        task = task with { Task = isClassification ? "classification" : null, Lineage = task.Lineage.With("instance_prompt", $"{prompt.Name} v{prompt.Version.ToString(CultureInfo.InvariantCulture)}") };
        return instances.Count == 0
            ? [new Made<Instruction>(task, new Drop(isCut ? "truncated" : "no_instance", new JsonObject { ["reply"] = reply.Text }))]
            : [.. instances.Select((instance, i) => new Made<Instruction>(task with
            {
                Id = options.Instances == 1 ? task.Id : $"{task.Id}/{(i + 1).ToString(CultureInfo.InvariantCulture)}",
                Input = instance.Input.Length == 0 ? null : instance.Input,
                Output = instance.Output,
            }))];
    }

    /// <summary>What the paper's code leaves out: no output, an output that is the input or is to be continued, and inputs with different outputs.</summary>
    private static List<(string Input, string Output)> Usable(List<(string Input, string Output)> instances) =>
    [
        .. from instance in instances.Distinct()
           where instance.Output.Any(char.IsLetterOrDigit) && instance.Output != instance.Input && instance.Output[^1] is not (':' or '：')
           group instance by instance.Input into same
           where same.Count() == 1
           select same.First(),
    ];

    private GenerationRequest Request(Prompt prompt, string text, ulong number) =>
        Asking.Say(prompt.System, text) with { Sampling = options.Sampling, MaxTokens = options.MaxTokens, Seed = number };

    private static string Flat(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private sealed record Pooled(string Id, string Text, string Language, int Seed, bool IsOwn);

    private sealed record Drawn(string Name, string Language, int Seed, Prompt Prompt, IReadOnlyList<string> Shown, GenerationRequest Request);
}
