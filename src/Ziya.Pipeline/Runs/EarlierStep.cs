using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Plans;
using Ziya.Pipeline.Shuffle;
using Ziya.Pipeline.Steps;
using Ziya.Pipeline.Storage;

namespace Ziya.Pipeline.Runs;

/// <summary>What a global step noted about its records in an earlier run: an index that later runs can look into.</summary>
public sealed class EarlierStep
{
    private readonly RunFolder _folder;
    private readonly Phase _phase;

    private EarlierStep(RunFolder folder, Phase phase) => (_folder, _phase) = (folder, phase);

    /// <summary>What tells it from every other.</summary>
    public string Version => _phase.Hash;

    /// <summary>The first step of that name and with these options, of a run in a folder. The options are written as in <c>job.yaml</c>; what has no value is empty.</summary>
    /// <exception cref="InvalidDataException">There is none; the message says why, and what to do.</exception>
    public static EarlierStep Open(string folder, string step, IReadOnlyDictionary<string, string> options)
    {
        if (Stores.Fault(folder) is { } fault)
        {
            throw new InvalidDataException(fault);
        }

        var run = RunFolder.At(folder);
        if (run.ReadPlan() is not { } plan)
        {
            throw new InvalidDataException($"{folder} is no run folder: it has no plan.json. Name the folder of an earlier run, such as runs/curate-1a2b3c4d.");
        }

        var differences = new List<string>();
        foreach (var (key, had) in Steps(run, step))
        {
            differences = [.. options.Where(option => had.GetValueOrDefault(option.Key, "") != option.Value).Select(option => $"'{option.Key}' was {Said(had.GetValueOrDefault(option.Key, ""))} and is {Said(option.Value)}")];
            var phase = plan.Phases.FirstOrDefault(phase => phase is { Kind: PhaseKind.Pass, Steps: [.., var last] } && last == key);
            if (differences.Count == 0 && phase is not null)
            {
                return new EarlierStep(run, phase);
            }
        }

        throw new InvalidDataException(differences.Count == 0
            ? $"the run in {folder} has no step '{step}', so there is nothing to compare with."
            : $"the step '{step}' of the run in {folder} compared other things: {string.Join(", ", differences)}. Give both the same options.");
    }

    /// <summary>Fails where it has not noted everything in these channels. Looks at each of its tasks, so that who begins a run asks once, not every task.</summary>
    /// <exception cref="InvalidDataException">It has not; the message says what to do.</exception>
    public void ThrowIfNotDone(IReadOnlyList<Channel> channels)
    {
        if (_folder.ReadMarkers([_phase])[_phase.Name].Count < _phase.Tasks.Count || !channels.All(channel => _phase.Tasks.All(task => _folder.Store.Find(SpillSet.PathOf(_phase, task.Number, channel)) is not null)))
        {
            throw new InvalidDataException($"the run in {_folder.Root} has not finished {_phase.Name}. Run its job again to the end.");
        }
    }

    /// <summary>What it noted in a channel: the share of one of several readers, who take the files of its tasks by turns. An entry is valid until the next.</summary>
    public IEnumerable<Entry> Entries(Channel channel, int reader, int readers)
    {
        foreach (var path in _phase.Tasks.Where(task => task.Number % readers == reader).Select(task => SpillSet.PathOf(_phase, task.Number, channel)))
        {
            var file = _folder.Store.Find(path) ?? throw new InvalidDataException($"{_folder.Root}/{path} is missing. Run the job of that run again.");
            foreach (var chunk in SpillReader.Chunks(_folder.Store, file, null))
            {
                foreach (var entry in SpillReader.Unpack(chunk))
                {
                    yield return entry;
                }
            }
        }
    }

    private static string Said(string value) => value.Length == 0 ? "not given" : value;

    /// <summary>The steps of that name: their keys, and what their options say. The job is read as it stands, so that it may have steps that this program lacks.</summary>
    private static IEnumerable<(string Key, Dictionary<string, string> Options)> Steps(RunFolder run, string step)
    {
        var count = 0;
        foreach (var (name, options) in Read(run).Where(entry => entry.Name == step))
        {
            count++;
            yield return (count == 1 ? step : FormattableString.Invariant($"{step}-{count}"), options);
        }
    }

    private static IEnumerable<(string Name, Dictionary<string, string> Options)> Read(RunFolder run)
    {
        try
        {
            var documents = ShallowYaml.Load(System.Text.Encoding.UTF8.GetString(run.Bytes(RunFolder.JobPath))).Documents;
            var root = documents.Count > 0 ? (YamlMappingNode)documents[0].RootNode : throw new InvalidOperationException("it is empty.");
            return [.. ((YamlSequenceNode)root["steps"]).Cast<YamlMappingNode>().Select(entry => entry.Children.Single()).Select(entry => (entry.Key.ToString(), Scalars(entry.Value)))];
        }
        catch (Exception exception) when (exception is YamlException or InvalidCastException or KeyNotFoundException or InvalidOperationException or IOException)
        {
            throw new InvalidDataException($"{run.Root}/{RunFolder.JobPath} cannot be read: {exception.Message}", exception);
        }
    }

    private static Dictionary<string, string> Scalars(YamlNode options) => options is YamlMappingNode map
        ? map.Children.Where(pair => pair.Value is YamlScalarNode).ToDictionary(pair => pair.Key.ToString(), pair => ((YamlScalarNode)pair.Value).Value ?? "")
        : [];
}
