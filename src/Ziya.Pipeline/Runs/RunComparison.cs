using YamlDotNet.RepresentationModel;
using Ziya.Pipeline.Jobs;

namespace Ziya.Pipeline.Runs;

/// <summary>Two runs side by side: what their jobs say differently, and what came of it.</summary>
/// <param name="A">The one.</param>
/// <param name="B">The other.</param>
/// <param name="Job">Options that differ, by their path in the job.</param>
/// <param name="Figures">Counts of the whole runs.</param>
/// <param name="Steps">The funnels, steps of the same name beside each other.</param>
internal sealed record RunComparison(Report A, Report B, IReadOnlyList<Differing<string?>> Job, IReadOnlyList<Differing<double?>> Figures, IReadOnlyList<StepPair> Steps)
{
    private const string There = "there";

    /// <summary>Compares two run folders.</summary>
    public static RunComparison Of(RunFolder a, RunFolder b)
    {
        var (one, other) = (Report.Of(a), Report.Of(b));
        return new(one, other, JobOf(a, b), [.. FiguresOf(one).Zip(FiguresOf(other), (first, second) => new Differing<double?>(first.Name, first.Value, second.Value)).Where(row => (row.A ?? row.B) is not null)], StepsOf(one, other));
    }

    /// <summary>Numbers of a distribution, about: those of the bins that the first tenth, the half and nine tenths of its records end in.</summary>
    internal static (double Low, double Middle, double High) Quantiles(SortedDictionary<int, long> bins, Func<int, double> lowerBound)
    {
        var all = bins.Values.Sum();
        double At(double share)
        {
            var seen = 0L;
            foreach (var (bin, count) in bins)
            {
                seen += count;
                if (seen >= share * all)
                {
                    return lowerBound(bin);
                }
            }

            return double.NaN;
        }

        return (At(0.1), At(0.5), At(0.9));
    }

    private static IEnumerable<(string Name, double? Value)> FiguresOf(Report report)
    {
        var (records, written) = (report.Records, report.Stats.Written);
        yield return ("read", records.Read);
        yield return ("made", records.Created.Count > 0 ? records.Created.Values.Sum() : null);
        yield return ("quarantined", records.Quarantined);
        yield return ("dropped", records.Dropped.Values.Sum(reasons => reasons.Values.Sum()));
        yield return ("written", records.Written);
        yield return ("characters written", written.Characters);
        yield return ("tokens written", written.Tokens);
        yield return ("seconds of work", Math.Round(report.Phases.Sum(phase => phase.Seconds), 1));
    }

    private static List<Differing<string?>> JobOf(RunFolder a, RunFolder b)
    {
        var (one, other) = (Options(a), Options(b));
        var differ = one.Keys.Union(other.Keys).Select(path => new Differing<string?>(path, one.GetValueOrDefault(path), other.GetValueOrDefault(path))).Where(option => option.A != option.B).ToList();

        // Of a step that one of them has not at all, the options say nothing more.
        var missing = differ.Where(option => option.A == There || option.B == There).Select(option => option.Name + ".").ToList();
        return differ.FindAll(option => !missing.Exists(step => option.Name.StartsWith(step, StringComparison.Ordinal)));
    }

    private static Dictionary<string, string> Options(RunFolder folder)
    {
        var options = new Dictionary<string, string>();
        if (folder.Store.Find(RunFolder.JobPath) is not null && ShallowYaml.Load(System.Text.Encoding.UTF8.GetString(folder.Bytes(RunFolder.JobPath))).Documents is [var document, ..])
        {
            Flatten(document.RootNode, "", options);
        }

        return options;
    }

    private static void Flatten(YamlNode node, string path, Dictionary<string, string> into)
    {
        switch (node)
        {
            case YamlMappingNode mapping:
                foreach (var (key, value) in mapping.Children)
                {
                    Flatten(value, path.Length == 0 ? $"{key}" : $"{path}.{key}", into);
                }

                break;
            case YamlSequenceNode items when path == "steps":
                // A step is told by its name, and the second of a name by its number, as in reports.
                var names = new Dictionary<string, int>();
                foreach (var step in items.OfType<YamlMappingNode>().SelectMany(step => step.Children))
                {
                    var number = names[$"{step.Key}"] = names.GetValueOrDefault($"{step.Key}") + 1;
                    var name = number == 1 ? $"steps.{step.Key}" : $"steps.{step.Key}-{number}";
                    into[name] = There;
                    Flatten(step.Value, name, into);
                }

                break;
            case YamlSequenceNode items:
                into[path] = string.Join(", ", items.Select(item => $"{item}"));
                break;
            default:
                into[path] = $"{node}";
                break;
        }
    }

    /// <summary>Steps in the order of both, those of one alone where they stand in it: the longest common subsequence of their names.</summary>
    private static List<StepPair> StepsOf(Report a, Report b)
    {
        var (one, other) = (a.Funnel, b.Funnel);
        var common = new int[one.Count + 1, other.Count + 1];
        for (var i = one.Count - 1; i >= 0; i--)
        {
            for (var j = other.Count - 1; j >= 0; j--)
            {
                common[i, j] = one[i].Step == other[j].Step ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
            }
        }

        var pairs = new List<StepPair>();
        var (x, y) = (0, 0);
        while (x < one.Count || y < other.Count)
        {
            if (x < one.Count && y < other.Count && one[x].Step == other[y].Step)
            {
                pairs.Add(new(one[x].Step, one[x++], other[y++]));
            }
            else if (y == other.Count || (x < one.Count && common[x + 1, y] >= common[x, y + 1]))
            {
                pairs.Add(new(one[x].Step, one[x++], null));
            }
            else
            {
                pairs.Add(new(other[y].Step, null, other[y++]));
            }
        }

        return pairs;
    }
}

/// <summary>Something that two runs have.</summary>
/// <param name="Name">What.</param>
/// <param name="A">In the one; null where it has it not.</param>
/// <param name="B">In the other.</param>
internal sealed record Differing<T>(string Name, T A, T B);

/// <summary>A step of two funnels.</summary>
/// <param name="Step">Its key.</param>
/// <param name="A">In the one; null where it has no such step.</param>
/// <param name="B">In the other.</param>
internal sealed record StepPair(string Step, FunnelStep? A, FunnelStep? B)
{
    /// <summary>Why they drop, most different first.</summary>
    public IEnumerable<Differing<long>> Reasons =>
        from reason in (A?.Dropped.Keys ?? Enumerable.Empty<string>()).Union(B?.Dropped.Keys ?? Enumerable.Empty<string>())
        let one = A?.Dropped.GetValueOrDefault(reason) ?? 0
        let other = B?.Dropped.GetValueOrDefault(reason) ?? 0
        where one != other
        orderby Math.Abs(one - other) descending, reason
        select new Differing<long>(reason, one, other);
}
