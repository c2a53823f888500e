using System.Diagnostics;
using System.Globalization;
using System.Text;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Runs;
using Ziya.Pipeline.Steps;

namespace Ziya.Benchmarks.Synthesis;

/// <summary>
/// <c>select FOLDER RECORDS STEP...</c>: a whole job over made-up scored instructions in Chinese and English, such as <c>select FOLDER 1000000 'select: { by: scores.reward, top: 0.1, within: task }'</c>, beside copying the
/// file and flushing it. The input is made where it is not there yet; a process of its own for each run, because of the peak memory.
/// </summary>
internal static class SelectionBenchmark
{
    private static readonly string[] Zh = ["请", "写", "解释", "一个", "关于", "春天", "城市", "历史", "代码", "朋友", "旅行", "为什么", "方法", "故事", "计划", "并", "说明", "理由", "简单", "步骤", "数据", "河流", "的", "音乐"];
    private static readonly string[] En = ["write", "explain", "a", "about", "spring", "the", "city", "history", "code", "friend", "travel", "why", "method", "story", "plan", "and", "give", "reasons", "simple", "steps", "data", "river", "of", "music"];
    private static readonly string[] Tasks = ["writing", "code", "qa", "classification", "translation"];

    public static int Run(string[] args)
    {
        if (args is not [var folder, var count, _, ..])
        {
            Console.Error.WriteLine("select FOLDER RECORDS STEP...");
            return 2;
        }

        Directory.CreateDirectory(folder);
        var input = Path.Combine(folder, $"scored-{count}.jsonl");
        if (!File.Exists(input))
        {
            Make(input, int.Parse(count, CultureInfo.InvariantCulture));
        }

        var bytes = new FileInfo(input).Length / 1e6;
        var start = Spent.Now;
        var report = Execute(folder, input, string.Join(", ", args.Skip(2)));
        var spent = Spent.Now - start;
        using var self = Process.GetCurrentProcess();
        var copy = Copy(input, Path.Combine(folder, "copy"));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Records.Read} records, {bytes:0} MB, {report.Records.Written} written: {spent}, peak {self.PeakWorkingSet64 / 1e6:0} MB; {bytes / spent.Cpu.TotalSeconds:0} MB a second of a processor; cp and sync {copy.TotalSeconds:0.0} s"));
        foreach (var phase in report.Phases)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {phase.Name,-28} {phase.Seconds,7:0.00} s"));
        }

        return 0;
    }

    private static Report Execute(string folder, string input, string steps)
    {
        var catalog = new StepCatalog(typeof(Ziya.Synthesis.Selection.Select).Assembly, typeof(Ziya.Models.Teachers.TeacherOptions).Assembly, typeof(Corpus.Filtering.Sample).Assembly);
        var job = JobFile.Parse(
            $"job: selection\ninput: {{ read: '{input}', kind: instruction }}\nsteps: [{steps}]\noutput: {{ write: '{Path.Combine(folder, "out")}', compression: none }}\n", "selection.yaml", [], catalog);
        using var run = Pipeline.Runs.Run.Open(job, catalog, Path.Combine(folder, "run"), true, TimeProvider.System);
        new LocalEngine(Environment.ProcessorCount, TimeProvider.System).Execute(run, default);
        return run.Finish("done");
    }

    private static TimeSpan Copy(string from, string to)
    {
        var start = Stopwatch.GetTimestamp();
        using var process = Process.Start(new ProcessStartInfo("sh", ["-c", "cp \"$1\" \"$2\" && sync \"$2\"", "sh", from, to]))!;
        process.WaitForExit();
        File.Delete(to);
        return Stopwatch.GetElapsedTime(start);
    }

    private static void Make(string path, int count)
    {
        var random = new Random(11);
        using var output = new StreamWriter(path, false, new UTF8Encoding(false));
        for (var i = 0; i < count; i++)
        {
            // One in five says the same as one of the same subject but for a word or two.
            var (words, gap) = i % 2 == 0 ? (Zh, "") : (En, " ");
            var subject = new Random(random.Next(5) == 0 ? i % 1000 : random.Next());
            string Text(int most) => string.Join(gap, Enumerable.Range(0, subject.Next(most / 2, most)).Select(_ => words[subject.Next(words.Length)] + (subject.Next(6) == 0 ? subject.Next(1000).ToString(CultureInfo.InvariantCulture) : "")));
            output.Write(string.Create(CultureInfo.InvariantCulture, $"{{\"id\":\"r{i}\",\"instruction\":\"{Text(24)}\",\"output\":\"{Text(120)}\",\"task\":\"{Tasks[random.Next(Tasks.Length)]}\",\"language\":\"{(i % 2 == 0 ? "zh" : "en")}\",\"scores\":{{\"reward\":{Math.Round((random.NextDouble() * 8) - 4, 4)}}}}}\n"));
        }
    }
}
