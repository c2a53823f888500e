using System.Diagnostics;
using System.Globalization;
using Ziya.Models.Checkpoints;
using Ziya.Models.Export;
using Ziya.Models.Tiny;

namespace Ziya.Benchmarks;

/// <summary>Exporting a checkpoint of 1 GB against copying its file: <c>export FOLDER</c>, a folder for 5 GB of files, all removed at the end.</summary>
internal static class ExportBenchmark
{
    private const int Rounds = 3;

    public static int Run(string[] args)
    {
        var folder = Path.Combine(args[0], "export-benchmark");
        Directory.CreateDirectory(folder);
        try
        {
            Measure(Path.Combine(folder, "hf"), Path.Combine(folder, "out"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return 0;
    }

    private static void Measure(string source, string target)
    {
        TinyModel.Write(source, new TinyOptions { Family = TinyFamily.Llama, Layers = 8, Hidden = 2048, Heads = 16, Vocabulary = 32000, Context = 2048, Type = TensorType.Float16 });
        var checkpoint = Checkpoint.Open(source);
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"float16, {checkpoint.Bytes / 1e9:N2} GB; before: {Peak()}"));
        var copy = Best(target, () => Wait("cp", checkpoint.Files[0], target), () => Wait("sync", target));
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"cp, then sync: {copy:N2} s"));
        foreach (var precision in Enum.GetValues<Precision>())
        {
            var seconds = Best(target, () => ModelExport.Run(source, target, new ExportOptions { Weights = precision }));
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{precision}: {seconds:N2} s, {seconds / copy:N2} of cp; {Peak()}"));
        }
    }

    private static double Best(string target, params Action[] works) => Enumerable.Range(0, Rounds).Min(_ =>
    {
        if (Directory.Exists(target))
        {
            Directory.Delete(target, recursive: true);
        }

        File.Delete(target);
        var begin = Stopwatch.GetTimestamp();
        foreach (var work in works)
        {
            work();
        }

        return Stopwatch.GetElapsedTime(begin).TotalSeconds;
    });

    private static void Wait(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
    }

    /// <summary>The most memory this process had so far, mapped files included.</summary>
    private static string Peak() => File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmHWM", StringComparison.Ordinal));
}
