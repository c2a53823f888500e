using Ziya.Pipeline.Tests.Fixtures;

namespace Ziya.Cli.Tests;

/// <summary>A job over made-up records, and what it leaves.</summary>
internal static class TestJob
{
    /// <summary>Every kind of phase: a pass that drops, a reduce, bucket percentiles, an output of many folders.</summary>
    public const string Steps = """
          - language: { keep: [zh, en] }
          - sample: { count: 3000, within: language }
          - bucket: { by: length, within: language, cuts: { short: 30, middle: 70, long: 100 } }
        """;

    /// <summary>Writes <c>job.yaml</c>.</summary>
    public static void Write(TempFolder folder, string read = "in/*.jsonl", string steps = Steps, string output = "out/{language}/{bucket}", string extra = "limits: { split_mb: 1 }") =>
        folder.Write("job.yaml", $"job: test\ninput: {{ read: '{read}' }}\nsteps:\n{(steps.Length == 0 ? "  []" : steps)}\noutput: {{ write: '{output}' }}\n{extra}\n");

    /// <summary>Everything a run leaves that must not depend on how it came about: path and bytes.</summary>
    public static SortedDictionary<string, string> Outcome(string dataset, string runFolder)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (root, below) in new[] { (dataset, ""), (Path.Combine(runFolder, "dropped"), "dropped/"), (Path.Combine(runFolder, "quarantine"), "quarantine/") })
        {
            if (Directory.Exists(root))
            {
                foreach (var path in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories))
                {
                    files.Add(below + Path.GetRelativePath(root, path), Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path))));
                }
            }
        }

        return files;
    }
}
